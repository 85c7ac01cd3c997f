"""The command line that every peer shares: set a workload up, train it cold, train it warm, say how long each took.

Prints one line of JSON. The times are
  setup   from the start of the process to examples in memory (interpreter, imports, generating or reading, scaling)
  cold    the first training: compilation (JAX) or the start of worker processes (joblib) included
  warm    the trainings after it
"""

import argparse
import json
import os
import time

import numpy as np

import workloads


def main(builders):
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=sorted(builders))
    parser.add_argument("--digits", help="digits.csv")
    parser.add_argument("--table", default=os.devnull, help="where the million workload writes its table")
    parser.add_argument("--warm", type=int, default=1, help="how many trainings after the first")
    parser.add_argument("--save", help="where to write the runs (.npz)")
    options = parser.parse_args()
    # A spec may be trained in more than one way: `one-big-run-full:gram`.
    workload = workloads.load(options.workload.split(":")[0])
    train = builders[options.workload](workload, options)
    report = {"setup": time.time() - float(os.environ.get("PEER_STARTED", "nan")), "warm": []}
    for repeat in range(1 + options.warm):
        started = time.perf_counter()
        runs, extra = train()
        seconds = time.perf_counter() - started
        if repeat == 0:
            report["cold"] = seconds
        else:
            report["warm"].append(seconds)
    report |= extra
    if options.save:
        np.savez(options.save, **runs)
    print(json.dumps(report))
