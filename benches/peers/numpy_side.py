"""The workloads in NumPy, with joblib processes over the cores, in float64.

Everything that can be one array operation is one: all learning rates, and a group of seeds, take their steps together.
Runs that have ended leave the arrays.
"""

import os

# joblib starts a process per core, so each gets one BLAS thread.
os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

import time

import numpy as np
from joblib import Parallel, delayed

import side
import workloads
from workloads import CONVERGED, DIVERGED, EXHAUSTED

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def study(workload, options):
    """Linear regression over batch sizes, learning rates and seeds, to a relative gap."""
    data = workloads.regression(workload)
    optimum = data.optimum()
    order = workloads.orders(workload.seeds, workload.max_epochs, len(data.y))
    groups = np.array_split(np.arange(len(order)), min(CORES, len(order)))

    def train():
        tasks = (
            delayed(study_group)(workload, data, optimum, order[group], batch_size)
            for batch_size in workload.batch_sizes
            for group in groups
        )
        results = Parallel(n_jobs=CORES, batch_size=1)(tasks)
        rows = [results[first : first + len(groups)] for first in range(0, len(results), len(groups))]
        status, steps = np.stack([np.concatenate(row, axis=1) for row in rows], axis=1)
        return workloads.runs(workload, status=status, steps=steps), {}

    return train


def study_group(workload, data, optimum, order, batch_size):
    """All learning rates of some seeds at one batch size: status and steps, `[seed, learning rate]`."""
    moments, best, best_loss, initial_gap = optimum
    target = workload.spec["stop"]["converged"]["relative_gap"] * initial_gap
    limit = workload.loss_factor * (best_loss + initial_gap) - best_loss
    rates = workload.learning_rates
    seeds = len(order)
    status, steps = np.zeros((2, seeds, len(rates)), dtype=int)
    # `[seed, feature, learning rate]`; learning rates of which every seed has ended leave it.
    alive = np.arange(len(rates))
    w = np.zeros((seeds, len(best), len(rates)))
    step = 0

    def judge():
        off = w - best[:, None]
        gap = np.einsum("sfl,sfl->sl", off, moments @ off)
        calm = (gap > target) & (gap <= limit)
        if calm.all():
            return
        now = np.where(gap <= target, CONVERGED, np.where(gap <= limit, EXHAUSTED, DIVERGED))
        new = (status[:, alive] == EXHAUSTED) & (now != EXHAUSTED)
        status[:, alive] = np.where(new, now, status[:, alive])
        steps[:, alive] = np.where(new & (now == CONVERGED), step, steps[:, alive])

    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(workload.max_epochs):
            visit = order[:, epoch]
            xs, ys = data.x[visit], data.y[visit][..., None]
            factor = (2 / batch_size) * rates[alive]
            for first in range(0, xs.shape[1], batch_size):
                x = xs[:, first : first + batch_size]
                error = x @ w
                error -= ys[:, first : first + batch_size]
                error *= factor
                w -= x.swapaxes(1, 2) @ error
                step += 1
                if workload.every_step:
                    judge()
            if not workload.every_step:
                judge()
            keep = (status[:, alive] == EXHAUSTED).any(axis=0)
            if not keep.any():
                break
            if not keep.all():
                alive, w = alive[keep], np.ascontiguousarray(w[:, :, keep])
    return np.stack([status, steps])


def million(workload, options):
    """A million learning rates on a parabola, in chunks that stay in the cache."""
    rates = workload.learning_rates
    chunks = np.array_split(rates, len(rates) // 10_000)

    def train():
        results = Parallel(n_jobs=CORES, batch_size=4)(delayed(million_chunk)(workload.spec, chunk) for chunk in chunks)
        w, status, steps = map(np.concatenate, zip(*results))
        trained = time.perf_counter()
        workloads.write_million(options.table, rates, status, steps, w)
        return {"learning_rate": rates, "status": status, "steps": steps}, {"table": time.perf_counter() - trained}

    return train


def million_chunk(spec, rates):
    problem, stop = spec["problem"], spec["stop"]
    start = problem["start"]
    near, far = stop["converged"]["distance"] * abs(start), np.sqrt(stop["diverged"]["loss_factor"]) * abs(start)
    final = np.empty(len(rates))
    status, steps = np.zeros((2, len(rates)), dtype=np.int32)
    alive = np.arange(len(rates))
    w, factor = np.full(len(rates), start), 1 - rates * problem["curvature"]
    for step in range(1, stop["max_steps"] + 1):
        w *= factor
        distance = np.abs(w)
        if distance.min() > near and distance.max() <= far:
            continue
        converged, running = distance <= near, (distance > near) & (distance <= far)
        final[alive] = w
        status[alive] = np.where(converged, CONVERGED, np.where(running, EXHAUSTED, DIVERGED))
        steps[alive[converged]] = step
        alive, w, factor = alive[running], w[running], factor[running]
        if not len(alive):
            break
    final[alive] = w
    return final, status, steps


def wide(workload, options):
    """Softmax regression with bias: one matrix product for all learning rates of a seed."""
    x, y = workloads.digits(options.digits)
    order = workloads.orders(workload.seeds, workload.max_epochs, len(y))

    def train():
        tasks = (
            delayed(wide_group)(workload, x, y, visits, batch_size)
            for batch_size in workload.batch_sizes
            for visits in order
        )
        results = Parallel(n_jobs=CORES, batch_size=1)(tasks)
        shape = len(workload.batch_sizes), len(order), len(workload.learning_rates)
        status, loss, accuracy = (np.array(column).reshape(shape) for column in zip(*results))
        return workloads.runs(workload, status=status, final_loss=loss, accuracy=accuracy), {}

    return train


def wide_group(workload, x, y, order, batch_size):
    """All learning rates of one seed at one batch size: status, loss and accuracy at the end."""
    rates = workload.learning_rates
    classes = int(y.max()) + 1
    limit = workload.loss_factor * np.log(classes)
    status = np.zeros(len(rates), dtype=int)
    loss, accuracy = np.empty((2, len(rates)))
    alive = np.arange(len(rates))
    # `[feature, class × learning rate]`, so that sums over classes run along contiguous learning rates.
    w = np.zeros((x.shape[1], classes * len(rates)))

    def logits(x):
        return (x @ w).reshape(len(x), classes, -1)

    def evaluate(block):
        """Sums over some examples; few enough at a time that the logits stay in the cache."""
        z = logits(x[block])
        largest = z.max(axis=1)
        target = z[np.arange(len(z)), y[block]]
        z -= largest[:, None]
        np.exp(z, out=z)
        return (np.log(z.sum(axis=1)) + largest - target).sum(axis=0), (target >= largest).sum(axis=0)

    with np.errstate(over="ignore", invalid="ignore"):
        for visit in order:
            xs, ys = x[visit], y[visit]
            factor = np.tile(rates[alive], classes)
            for first in range(0, len(y), batch_size):
                batch = xs[first : first + batch_size]
                z = logits(batch)
                z -= z.max(axis=1, keepdims=True)
                np.exp(z, out=z)
                z /= z.sum(axis=1, keepdims=True)
                z[np.arange(len(z)), ys[first : first + batch_size]] -= 1.0
                gradient = batch.T @ z.reshape(len(z), -1)
                gradient *= factor / len(batch)
                w -= gradient
            sums = [evaluate(slice(first, first + 128)) for first in range(0, len(y), 128)]
            loss[alive], accuracy[alive] = np.sum(sums, axis=0) / len(y)
            running = loss[alive] <= limit
            if not running.all():
                status[alive[~running]] = DIVERGED
                w = w.reshape(len(w), classes, -1)[:, :, running].reshape(len(w), -1)
                alive = alive[running]
                if not len(alive):
                    break
    return status, loss, accuracy


def big_full(workload, options):
    """One full-batch run. Blocks that fit the cache are read once for errors and gradient; threads share them."""
    data = workloads.regression(workload)
    rate, steps = workload.learning_rates[0], workload.spec["stop"]["max_steps"]
    count = len(data.y)
    block = 4000
    shares = np.array_split(np.arange(0, count, block), CORES)

    def share_of(w, firsts):
        gradient, squares = np.zeros(len(w)), 0.0
        for first in firsts:
            x = data.x[first : first + block]
            error = x @ w
            error -= data.y[first : first + block]
            gradient += error @ x
            squares += error @ error
        return gradient, squares

    def train():
        w, losses = np.zeros(data.x.shape[1]), []
        with Parallel(n_jobs=CORES, prefer="threads") as threads:
            for _ in range(steps + 1):
                gradients, squares = zip(*threads(delayed(share_of)(w, firsts) for firsts in shares))
                losses.append(sum(squares) / count)
                final, w = w, w - (2 * rate / count) * sum(gradients)
        return {"initial_loss": losses[:1], "final_loss": losses[-1:]}, {}

    return train


def big_full_gram(workload, options):
    """The same through XᵀX and Xᵀy, formed once: after that a step costs d² instead of N·d."""
    data = workloads.regression(workload)
    rate, steps = workload.learning_rates[0], workload.spec["stop"]["max_steps"]
    count = len(data.y)

    def train():
        moments, cross, square = data.x.T @ data.x / count, data.x.T @ data.y / count, data.y @ data.y / count
        w, losses = np.zeros(len(cross)), [square]
        for _ in range(steps):
            w = w - 2 * rate * (moments @ w - cross)
            losses.append(w @ moments @ w - 2 * (cross @ w) + square)
        return {"initial_loss": losses[:1], "final_loss": losses[-1:]}, {}

    return train


def big_batches(workload, options):
    """One run of one epoch in mini-batches."""
    data = workloads.regression(workload)
    rate, batch_size = workload.learning_rates[0], workload.batch_sizes[0]
    order = workloads.orders(workload.seeds, 1, len(data.y))[0, 0]

    def train():
        w = np.zeros(data.x.shape[1])
        for first in range(0, len(order), batch_size):
            visit = order[first : first + batch_size]
            x = data.x[visit]
            error = x @ w
            error -= data.y[visit]
            w -= (2 * rate / len(visit)) * (error @ x)
        return {"initial_loss": [np.mean(data.y**2)], "final_loss": [np.mean((data.x @ w - data.y) ** 2)]}, {}

    return train


if __name__ == "__main__":
    side.main(
        {
            "batch-size-study": study,
            "batch-size-one": study,
            "fine-study": study,
            "million": million,
            "wide": wide,
            "one-big-run-full": big_full,
            "one-big-run-full:gram": big_full_gram,
            "one-big-run-256": big_batches,
        }
    )
