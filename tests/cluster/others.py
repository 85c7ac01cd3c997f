#!/usr/bin/env python3
"""HyperQueue and Kubernetes: python3 tests/cluster/others.py [--program P]

Runs the shards of a small sweep as tasks of a local HyperQueue (PyPI's `hyperqueue`) and merges them; checks the manifests that
`goldilocks script kubernetes` prints against the schemas of Kubernetes (PyPI's `kubernetes-validate`).
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SPEC = """
name = "study"
[problem]
kind = "parabola"
curvature = 0.625
[grid]
learning_rate = { log = [0.01, 4], count = 40 }
[stop]
max_steps = 1000
converged = { distance = 0.0055 }
"""
SHARDS = 4
OWN = {"provenance.toml", "timing.csv"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/release/goldilocks")
    program = os.path.abspath(parser.parse_args().program)
    root = pathlib.Path(tempfile.mkdtemp(prefix="goldilocks-others-"))
    try:
        (root / "study.toml").write_text(SPEC)
        call = lambda *words: subprocess.run([program, *words], cwd=root, check=True, capture_output=True, text=True).stdout
        call("run", "study.toml", "-q", "-o", "truth")
        hyperqueue(root, program, call)
        kubernetes(root, call)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def hyperqueue(root, program, call):
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    script = call("script", "hyperqueue", "study.toml", "--shards", str(SHARDS), "-o", "hq", "--program", program)
    # The wheel has no `hq`: the command of the script's array is submitted through its Python interface, a task for each index.
    words = shlex.split(re.search(r"-- \\\n(.*)\n", script).group(1))
    with LocalCluster() as cluster:
        cluster.start_worker(WorkerConfig(cores=2))
        client = cluster.client()
        job = Job(default_workdir=root)
        # Here tasks count from 0, in the script's array from 1.
        job.program(["true"])
        for _ in range(SHARDS):
            job.program(words)
        client.wait_for_jobs([client.submit(job)])
    call(*shlex.split(script.rstrip().rsplit("\n", 1)[1])[1:])
    for path in (root / "truth").iterdir():
        if path.name not in OWN and (root / "hq" / path.name).read_bytes() != path.read_bytes():
            sys.exit(f"HyperQueue: {path.name} is not as from one machine")
    print("ok: HyperQueue")


def kubernetes(root, call):
    for merge in [[], ["--merge"]]:
        text = call("script", "kubernetes", "study.toml", "--shards", str(SHARDS), "--image", "registry/goldilocks", "--claim", "sweeps", *merge)
        path = root / "job.yaml"
        path.write_text(text)
        subprocess.run([sys.executable, "-m", "kubernetes_validate", "--strict", str(path)], check=True)
    print("ok: Kubernetes")


if __name__ == "__main__":
    main()
