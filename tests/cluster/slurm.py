#!/usr/bin/env python3
"""Sweeps on a real Slurm, brought up for the purpose: python3 tests/cluster/slurm.py [--program P]

Needs root and Debian's slurmctld, slurmd, slurm-client and munge. Every scenario submits what `goldilocks script slurm` prints, hurts
the cluster in some way, and holds the merged results to those of an undisturbed run on this machine, byte for byte.
"""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LAB = pathlib.Path(__file__).resolve().parent / "lab"
SHARDS = 6
# About two seconds of one processor for each shard.
SPEC = """
name = "study"
[problem]
kind = "parabola"
curvature = 0.625
[grid]
learning_rate = { log = [1e-9, 1e-8], count = 192 }
"problem.start" = [1, 2]
[stop]
max_steps = %d
converged = { distance = 0.0055 }
evaluate_every = 1000
"""
# What may differ from run to run.
OWN = {"provenance.toml", "timing.csv"}


class Cluster:
    def __init__(self, root, program, spec, truth, namespaces):
        self.root, self.program, self.spec, self.truth = root, program, spec, truth
        self.lab = root / ("lab" if namespaces else "lab-plain")
        self.environment = {**os.environ, "SLURM_LAB": str(self.lab), "SLURM_CONF": str(self.lab / "slurm.conf"), "NS": "1" if namespaces else "0"}

    def __enter__(self):
        self.shell(LAB / "up.sh", "3", "2")
        return self

    def __exit__(self, *_):
        self.shell(LAB / "down.sh")

    def shell(self, *words, code=0, **more):
        done = subprocess.run([str(word) for word in words], cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=120, **more)
        if code is not None and done.returncode != code:
            sys.exit(f"{' '.join(map(str, words))}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def submit(self, out, *shards):
        script = self.shell(self.program, "script", "slurm", self.spec, "--shards", SHARDS, "--program", self.program, "-o", out)
        (self.root / f"{out}.sh").write_text(script)
        told = self.shell("bash", f"{out}.sh", *shards)
        return re.search(r"are job (\d+), the merge is job (\d+)", told).groups()

    def queue(self, states):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(["squeue", "-h", "-t", states, "-o", "%i %N"], env=self.environment, capture_output=True, text=True, timeout=5).stdout.split("\n")[:-1]
        return ["unknown"]

    def until(self, is_so, what, seconds=120):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                sys.exit(f"waited {seconds} s for {what}\n{self.logs()}")
            time.sleep(0.2)

    def wait(self):
        self.until(lambda: not self.queue("PD,R,CG,RQ"), "an empty queue")

    def logs(self):
        return "\n".join(f"{path}:\n{path.read_text()}" for path in sorted(self.root.glob("*/shards/logs/*.log")))

    def running_on(self, node):
        self.until(lambda: any(line.endswith(node) for line in self.queue("R")), f"a shard on {node}")
        time.sleep(0.5)

    def down(self, node):
        self.shell("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")

    def merged(self, out, scenario):
        wrong = [name for name, bytes in self.truth.items() if not (self.root / out / name).is_file() or (self.root / out / name).read_bytes() != bytes]
        if wrong:
            sys.exit(f"{scenario}: {', '.join(wrong)} are not as from one machine\n{self.logs()}")
        print(f"ok: {scenario}", flush=True)

    def missing(self, out, shards, scenario):
        told = self.shell(self.program, "merge", out, code=3)
        found = self.status(out)
        if found != shards or not all(shard in told for shard in shards.split(",")):
            sys.exit(f"{scenario}: missing are {found!r}, not {shards!r}; merge said: {told}")
        if (self.root / out / "runs.csv").exists():
            sys.exit(f"{scenario}: merge wrote results of some of the shards")

    def status(self, out):
        """What is missing, once a journal of another machine has not grown for so long that its process is taken for dead."""
        time.sleep(21)
        return self.shell(self.program, "status", out, "--missing", code=3).strip()

    # Scenarios

    def green(self):
        self.submit("green")
        self.wait()
        self.merged("green", "an array of shards and its merge")
        before = {path: path.stat().st_mtime_ns for path in (self.root / "green" / "shards").glob("*") if path.is_file()}
        self.shell(self.program, "run", self.spec, "--shard", f"3/{SHARDS}", "-o", "green")
        if before != {path: path.stat().st_mtime_ns for path in before}:
            sys.exit("a sealed shard was trained again")

    def lost_machine(self):
        self.submit("lost")
        self.running_on("n2")
        self.shell(LAB / "kill-node.sh", "n2")
        self.down("n2")
        self.shell(LAB / "start-node.sh", "n2")
        self.wait()
        self.merged("lost", "a machine lost in the middle, its shards requeued")

    def lost_daemon(self):
        self.submit("twice")
        self.running_on("n2")
        os.kill(int((self.lab / "run" / "slurmd.n2.pid").read_text()), signal.SIGKILL)
        self.down("n2")
        self.wait()
        self.merged("twice", "a daemon killed, two live copies of its shards")

    def failed_shard(self):
        array, _ = self.submit("failed")
        self.until(lambda: any(line.startswith(f"{array}_4 ") for line in self.queue("R")), "shard 4")
        self.shell("scancel", "--signal=KILL", f"{array}_4")
        self.wait()
        self.missing("failed", "4", "a shard that was killed")
        self.submit_again("failed")
        self.merged("failed", "a killed shard, named by merge and run again alone")

    def submit_again(self, out):
        missing = self.shell(self.program, "status", out, "--missing", code=3).strip()
        self.shell("bash", f"{out}.sh", missing)
        self.wait()

    def truncated(self):
        self.submit("short", f"1-{SHARDS - 1}")
        self.wait()
        files = [path for path in (self.root / "short" / "shards").iterdir() if path.is_file()]
        shard = sorted(files, key=lambda path: path.stat().st_size)[-1]
        with open(shard, "r+b") as file:
            file.truncate(shard.stat().st_size - 7)
        missing = self.status("short")
        if len(missing.split(",")) != 2:
            sys.exit(f"truncated: missing are {missing!r}, not two shards")
        self.missing("short", missing, "a truncated shard")
        self.submit_again("short")
        self.merged("short", "a truncated shard and one never submitted, noticed and run again")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/release/goldilocks")
    parser.add_argument("--steps", type=int, default=40_000_000)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    root = pathlib.Path(tempfile.mkdtemp(prefix="goldilocks-cluster-"))
    # Munge wants its socket to be reachable for everybody.
    root.chmod(0o755)
    try:
        spec = root / "study.toml"
        spec.write_text(SPEC % arguments.steps)
        begun = time.monotonic()
        subprocess.run([program, "run", spec, "-q", "-o", "truth"], cwd=root, check=True)
        print(f"on one machine: {time.monotonic() - begun:.1f} s", flush=True)
        truth = {path.name: path.read_bytes() for path in (root / "truth").iterdir() if path.name not in OWN}
        with Cluster(root, program, spec, truth, namespaces=True) as cluster:
            cluster.green()
            cluster.lost_machine()
            cluster.failed_shard()
            cluster.truncated()
        with Cluster(root, program, spec, truth, namespaces=False) as cluster:
            cluster.lost_daemon()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
