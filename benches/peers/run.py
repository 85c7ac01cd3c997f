"""Runs Goldilocks and its peers alternately on the same workloads, checks that they agree, and prints times and ratios.

Called by `run.sh`, which installs the peers; see `--help`. Other programs on the machine disturb every number here:
the median and the least of several rounds are both shown, and the load is part of the description of the machine.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

import agreement
import workloads

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent

# Which peers can say what. `name:variant` is the same spec trained in another way.
PEERS = {
    "batch-size-study": ["jax", "numpy"],
    "batch-size-one": ["jax", "numpy", "sklearn"],
    "fine-study": ["jax", "numpy"],
    "million": ["jax", "numpy"],
    "wide": ["jax", "numpy", "sklearn"],
    "one-big-run-full": ["jax", "numpy", "numpy:gram"],
    "one-big-run-256": ["jax", "numpy"],
}

# Minutes per round even for a share of the workload: once is enough.
SLOW = {("wide", "sklearn")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goldilocks", type=Path, default=PROJECT / "target/release/goldilocks", help="the binary")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm", type=int, default=1, help="warm trainings per peer and round")
    parser.add_argument("--workloads", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--sides", nargs="+", choices=["goldilocks", "jax", "numpy", "sklearn"], help="default: all")
    parser.add_argument("--digits", type=Path, default=PROJECT / "experiments/data/digits.csv")
    parser.add_argument("--json", type=Path, default=Path("peers.json"), help="where all measurements go")
    options = parser.parse_args()
    # Ended from outside, temporary folders are still removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = options.sides or ["goldilocks", "jax", "numpy", "sklearn"]
    if "goldilocks" in wanted and not os.access(options.goldilocks, os.X_OK):
        print(f"goldilocks is left out: there is no program at {options.goldilocks}")
        print("(build it with `cargo build --release`, or name another with --goldilocks)")
        wanted.remove("goldilocks")
    options.goldilocks = options.goldilocks.resolve()
    if "wide" in options.workloads and not options.digits.is_file():
        print(f"wide is left out: there is no {options.digits} (name another with --digits)")
        options.workloads.remove("wide")

    report = {"machine": machine(options, wanted), "workloads": {}}
    print("\n".join(f"{key}: {value}" for key, value in report["machine"].items()))
    fine = True
    for name in options.workloads:
        with tempfile.TemporaryDirectory(prefix="goldilocks-peers-") as folder:
            result = bench(workloads.load(name), wanted, options, Path(folder))
        report["workloads"][name] = result
        fine &= all(check["fine"] for check in result["checks"])
        print_workload(name, result)
        options.json.write_text(json.dumps(report, indent=1))
    print(f"\nAll measurements: {options.json}")
    sys.exit(0 if fine else 1)


def machine(options, wanted):
    """What a reader needs to know to judge the numbers."""
    about = {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "python": platform.python_version(),
        "rounds": options.rounds,
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        about["memory"] = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB"
    for package in ("jax", "jaxlib", "numpy", "joblib", "scikit-learn", "polars"):
        about[package] = metadata.version(package)
    if "goldilocks" in wanted:
        told = subprocess.run([options.goldilocks, "--version"], capture_output=True, text=True)
        about["goldilocks"] = told.stdout.strip()
    return about


def processor():
    try:
        text = Path("/proc/cpuinfo").read_text()
        model = re.search(r"^model name\s*:\s*(.*)$", text, re.M)
        flags = [flag for flag in ("avx512f", "avx2", "asimd") if re.search(rf"\b{flag}\b", text)]
        return f"{model[1] if model else platform.machine()} ({', '.join(flags)})"
    except OSError:
        return platform.processor() or platform.machine()


def bench(workload, wanted, options, folder):
    """All sides of one workload, alternately; their runs are kept from the first round and compared at the end."""
    sides = [side for side in ["goldilocks", *PEERS[workload.name]] if side.split(":")[0] in wanted]
    measured = {side: [] for side in sides}
    for number in range(options.rounds):
        for side in sides:
            if number > 0 and (workload.name, side) in SLOW:
                continue
            if side == "goldilocks":
                measured[side].append(run_goldilocks(timed_spec(workload, options, folder), options, folder / side))
            else:
                measured[side].append(run_peer(workload, side, options, folder, keep=number == 0))
    return {"sides": measured, "checks": check(workload, sides, options, folder)}


def run_goldilocks(spec, options, out):
    shutil.rmtree(out, ignore_errors=True)
    command = [options.goldilocks, "run", spec, "-o", out, "--no-plots", "--curves", "none"]
    process, output = timed(command)
    if process["exit"] != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process['exit']}:\n{output}")
    return process


def run_peer(workload, side, options, folder, keep):
    module, _, variant = side.partition(":")
    command = [sys.executable, HERE / f"{module}_side.py", f"{workload.name}:{variant}" if variant else workload.name]
    warm = 0 if (workload.name, side) in SLOW else options.warm
    command += ["--digits", options.digits, "--table", folder / "table.csv", "--warm", warm]
    if keep:
        command += ["--save", folder / f"{side}.npz"]
    process, output = timed(command)
    if process["exit"] != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process['exit']}:\n{output}")
    report = process | json.loads(output.splitlines()[-1])
    # The warm trainings are ours, a user's program ends after the first.
    report["whole"] = report.pop("wall") - sum(report["warm"])
    return report


def timed(command):
    """Runs a command; what `measure.py` says of it, and what it printed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as measures:
        launcher = [sys.executable, "-I", "-S", HERE / "measure.py", measures.name]
        done = subprocess.run(list(map(str, [*launcher, *command])), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"cannot run {command[0]}:\n{done.stderr}")
        process = json.load(measures)
    return process, done.stdout if process["exit"] == 0 else done.stdout + done.stderr


def timed_spec(workload, options, folder):
    """The spec as it stands, or with another path to the digits."""
    if "csv" not in workload.spec.get("data", {}):
        return workload.path
    return rewritten(workload, folder / "timed.toml", csv=options.digits.resolve(), target="digit")


def rewritten(workload, path, **source):
    """The spec with its examples from another CSV file."""
    text = workload.path.read_text()
    section = re.search(r"^\[data\]\n(.*?)(?=^\[)", text, re.M | re.S)
    kept = [line for line in section[1].splitlines() if line.startswith(("scale", "sampling"))]
    lines = ["[data]", *(f"{key} = {json.dumps(str(value))}" for key, value in source.items()), *kept, "", ""]
    path.write_text(text.replace(section[0], "\n".join(lines)))
    return path


def check(workload, sides, options, folder):
    """Holds every side against the first peer."""
    peers = {side: dict(np.load(folder / f"{side}.npz")) for side in sides if side != "goldilocks"}
    if not peers:
        return []
    first = next(iter(peers))
    checks = []

    def add(side, runs, same_order):
        fine, sentence = agreement.compare(workload, peers[first], runs, same_order)
        checks.append({"between": [first, side], "fine": bool(fine), "found": sentence})

    for side in peers:
        if side != first:
            add(side, peers[side], same_order=side != "sklearn")
    if "goldilocks" in sides:
        out = folder / "goldilocks"
        # A study is compared on the very examples of the peers, so that only the shuffles differ. A million examples
        # are too many for a text file; there the noise is known and the gap is compared.
        if workload.name.endswith(("study", "one")):
            data = workloads.regression(workload)
            names = [f"x{feature}" for feature in range(1, data.x.shape[1])] + ["y"]
            table = np.column_stack([data.x[:, :-1], data.y])
            np.savetxt(folder / "examples.csv", table, delimiter=",", header=",".join(names), comments="", fmt="%.17g")
            spec = rewritten(workload, folder / "same-examples.toml", csv=folder / "examples.csv", target="y")
            run_goldilocks(spec, options, out)
        add("goldilocks", agreement.read_runs(result_folder(out)), same_order=False)
    return checks


def result_folder(out):
    """Where `runs.csv` is: in the folder named, or in one below it."""
    return min(out.rglob("runs.csv"), key=lambda path: len(path.parts)).parent


def print_workload(name, result):
    """A table of times in seconds: median, least in brackets; ratios are of medians, over Goldilocks' whole process.

    CPU is processor seconds of all that a round measured, warm trainings included.
    """
    ours = [round["wall"] for round in result["sides"].get("goldilocks", [])]
    base = statistics.median(ours) if ours else None
    head = ["", "whole process", "setup", "cold training", "warm training", "whole ÷", "warm ÷", "CPU", "MB"]
    rows = [head]
    for side, rounds in result["sides"].items():
        share = rounds[0].get("share", 1.0)
        # Of a peer that trained a share of the runs only, the training is scaled up and the rest is not.
        whole = [each.get("whole", each.get("wall", 0.0)) + each.get("cold", 0.0) * (1 / share - 1) for each in rounds]
        cold = [each["cold"] / share for each in rounds if "cold" in each]
        warm = [seconds / share for each in rounds for seconds in each.get("warm", [])]
        rows.append([
            side + (f" (1/{1 / share:g}, scaled)" if share < 1 else ""),
            seconds(whole),
            seconds([each["setup"] for each in rounds if "setup" in each]),
            seconds(cold),
            seconds(warm),
            ratio(whole, base),
            ratio(warm, base),
            f"{min(each['processor'] for each in rounds):.2f}",
            f"{max(each['peak_bytes'] for each in rounds) / 1e6:.0f}",
        ])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    print(f"\n{name}")
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())
    for each in result["checks"]:
        print(f"  {'agree' if each['fine'] else 'DISAGREE'}: {' and '.join(each['between'])}: {each['found']}")
    sys.stdout.flush()


def seconds(samples):
    return f"{statistics.median(samples):.3f} ({min(samples):.3f})" if samples else ""


def ratio(samples, base):
    return f"{statistics.median(samples) / base:.1f}" if samples and base else ""


if __name__ == "__main__":
    main()
