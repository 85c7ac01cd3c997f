"""Whether two sides answered the same question: a fast wrong answer is not a fast answer.

Peers visit the same examples in the same order, so their runs are compared one by one. Goldilocks and scikit-learn shuffle
in their own order, so with mini-batches the replicates of each cell are compared as samples of the same distribution;
what does not depend on an order (full batches, the parabola) must match run by run.

The bounds were set by trying: the same program with other shuffles agrees in 100 % of the cells of the studies and 94 to
100 % of those of `wide` (which has four replicates only); with learning rates 10 % off, in 96, 71 (`fine-study`) and 51 %.
"""

import csv
import math
import statistics

import numpy as np

from workloads import CONVERGED, STATUS_NAMES


def read_runs(folder):
    """The `runs.csv` of a result folder in the form of a peer's runs."""
    with open(folder / "runs.csv", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        columns = dict(zip(header, zip(*reader)))
    runs = {"status": np.array([STATUS_NAMES.index(name) if name in STATUS_NAMES else -1 for name in columns["status"]])}
    for name in ("learning_rate", "batch_size", "seed", "initial_loss", "final_loss", "accuracy"):
        if name in columns and "full" not in columns[name]:
            runs[name] = np.array([float(cell or "nan") for cell in columns[name]])
    runs["steps"] = np.array([int(cell or 0) for cell in columns["steps"]])
    return runs


def run_by_run(a, b, slack=0):
    """Share of runs with the same status and, within `slack`, the same steps; both sides in order of their settings."""
    a, b = ordered(a), ordered(b)
    if len(a["status"]) != len(b["status"]):
        return 0.0
    far = (a["status"] == CONVERGED) & (abs(a["steps"].astype(int) - b["steps"]) > slack)
    return np.mean((a["status"] == b["status"]) & ~far)


def ordered(runs):
    """Sorted by batch size, seed and learning rate, whichever there are."""
    keys = [np.asarray(runs[name]) for name in ("learning_rate", "seed", "batch_size") if name in runs]
    order = np.lexsort(keys)
    return {name: np.asarray(column)[order] for name, column in runs.items()}


def cells(runs, value):
    """The values of each cell's replicates, by batch size and rounded learning rate."""
    found = {}
    for batch_size, rate, number in zip(runs["batch_size"], runs["learning_rate"], value):
        found.setdefault((int(batch_size), float(f"{rate:.6g}")), []).append(float(number))
    return found


def alike(a, b, slack):
    """Whether the median of either side's replicates lies in the range of the other's, widened by 5 % and by `slack`."""

    def holds(replicates, median):
        return min(replicates) * 0.95 - slack <= median <= max(replicates) * 1.05 + slack

    return holds(a, statistics.median(b)) and holds(b, statistics.median(a))


def steps_per_cell(a, b, examples, every_step):
    """Share of cells with like steps to convergence, infinite where a run never converged.

    What is looked at once per epoch is known to one epoch.
    """
    a, b = (cells(runs, np.where(runs["status"] == CONVERGED, runs["steps"], np.inf)) for runs in (a, b))
    common = a.keys() & b.keys()
    like = sum(alike(a[key], b[key], 1 if every_step else math.ceil(examples / key[0])) for key in common)
    return like / max(len(common), 1)


def loss_per_cell(a, b):
    """Share of cells with like losses at the end."""
    a, b = (cells(runs, runs["final_loss"]) for runs in (a, b))
    common = a.keys() & b.keys()
    return sum(alike(a[key], b[key], 0.0) for key in common) / max(len(common), 1)


def excess(runs, noise):
    """The loss beyond the noise at the end, as a share of that at the start."""
    return (float(runs["final_loss"][0]) - noise**2) / (float(runs["initial_loss"][0]) - noise**2)


def compare(workload, a, b, same_order):
    """A sentence about two sides of a workload, and whether it is good news."""
    if workload.name == "million":
        same, close = run_by_run(a, b), run_by_run(a, b, slack=1)
        return close == 1.0 and same >= 0.9999, f"{same:.4%} of runs the same, {close:.4%} within one step"
    if workload.name == "wide":
        if same_order:
            near = np.isclose(ordered(a)["final_loss"], ordered(b)["final_loss"], rtol=1e-6).mean()
            return near >= 0.99, f"{near:.1%} of runs end at the same loss"
        near = loss_per_cell(a, b)
        return near >= 0.85, f"{near:.1%} of cells agree on the loss at the end"
    if workload.name.startswith("one-big-run"):
        x, y = (excess(runs, workload.spec["data"]["noise"]) for runs in (a, b))
        return math.isclose(x, y, rel_tol=0.05), f"relative gap at the end {x:.5f} and {y:.5f}"
    if same_order:
        same = run_by_run(a, b)
        return same >= 0.995, f"{same:.1%} of runs the same"
    examples = workload.spec["data"]["examples"]
    near = steps_per_cell(a, b, examples, workload.every_step)
    sentence = f"{near:.1%} of cells agree"
    if (full := [select(runs, examples) for runs in (a, b)])[0]["status"].size:
        same = run_by_run(*full)
        return near >= 0.98 and same == 1.0, f"{sentence}; full batch: {same:.1%} of runs the same"
    return near >= 0.98, sentence


def select(runs, batch_size):
    """The runs of one batch size, without their seeds (a full batch does not depend on them)."""
    chosen = np.asarray(runs["batch_size"]) == batch_size
    return {name: np.asarray(column)[chosen] for name, column in runs.items() if name != "seed"}
