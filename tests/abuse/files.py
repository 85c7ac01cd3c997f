#!/usr/bin/env python3
"""Abuses results folders and signals for a while: python3 tests/abuse/files.py [--program P] [--each N] [--seed S]

Kills, interrupts and crowds the program over existing results, at random moments, and holds what is then on the disk to what
docs/reliability.md promises. Prints the seed, the counts, and every broken promise; exits 1 if there is one.
What needs rights that this process has not (mounts) is left out, and said to be.
"""

import argparse
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SPEC = """
name = "study"
[problem]
kind = "parabola"
curvature = 0.625
[grid]
learning_rate = { log = [1e-4, 3], count = 200 }
"problem.start" = { from = 1, to = 2, count = %d }
[stop]
max_steps = %d
converged = { distance = 0.0055 }
"""
# Two specs, so that old and new results can be told apart.
OLD, NEW = SPEC % (2, 300), SPEC % (2, 400)
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
VERBS = {
    "run": ["run", "new.toml", "-q", "--force", "-o", "r"],
    "report": ["report", "ref-new", "-o", "r"],
    "compare": ["compare", "ref-old", "ref-new", "-o", "plots"],
    "check": ["check", "new.toml", "-q", "-o", "out"],
    "verify": ["verify", "new.toml", "-q"],
}
TABLES = ["runs.csv", "summary.csv", "goldilocks.csv", "curves.csv"]


def reset_signals():
    # A job in the background ignores SIGINT, and so would its children.
    for number in CODES:
        signal.signal(number, signal.SIG_DFL)


class Abuse:
    def __init__(self, program, each, seed):
        self.program, self.each, self.random = program, each, random.Random(seed)
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="goldilocks-abuse-"))
        self.counts, self.broken = {}, []
        for name, text in [("old.toml", OLD), ("new.toml", NEW)]:
            (self.root / name).write_text(text)
        self.whole = {}
        for name in ["old", "new"]:
            self.call("run", f"{name}.toml", "-q", "-o", f"ref-{name}", expect=0)
            self.whole[self.tables(f"ref-{name}")] = name
        self.durations = {verb: self.timed(verb) for verb in VERBS}

    def start(self, *arguments, **more):
        return subprocess.Popen([self.program, *arguments], cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, preexec_fn=reset_signals, **more)

    def call(self, *arguments, expect=None, **more):
        process = self.start(*arguments, **more)
        text = process.communicate(timeout=120)[1]
        if expect is not None:
            self.hold(process.returncode == expect, f"{arguments}: exit {process.returncode}, not {expect}: {text}")
        return process.returncode, text

    def timed(self, verb):
        self.fresh()
        begun = time.monotonic()
        self.call(*VERBS[verb])
        return time.monotonic() - begun

    def tables(self, folder):
        parts = []
        for name in TABLES + ["manifest.csv"]:
            path = self.root / folder / name
            parts.append(hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "none")
        return " ".join(parts)

    def hold(self, is_kept, promise):
        if not is_kept:
            self.broken.append(promise)
            print("BROKEN:", promise, flush=True)

    def count(self, what, more=1):
        self.counts[what] = self.counts.get(what, 0) + more

    def fresh(self, name="r"):
        """Old results, with a note of the user's among them."""
        folder = self.root / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root / "ref-old", folder)
        (folder / "notes.txt").write_text("mine")
        return folder

    def struck(self, verb, number):
        """Sends a signal at a random moment; None if the process had ended before, else its exit code and how long it then took."""
        process = self.start(*VERBS[verb])
        time.sleep(self.random.uniform(0, self.durations[verb]))
        if process.poll() is not None:
            process.communicate()
            return None
        sent = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=60)
        return process.returncode, time.monotonic() - sent

    def signals(self, number):
        """One signal at a random moment of each verb that writes or trains, over existing results."""
        name, landed = signal.Signals(number).name, 0
        while landed < self.each:
            folder = self.fresh()
            verb = self.random.choice(["run", "run", "run", "report", "compare", "check", "verify"])
            outcome = self.struck(verb, number)
            if outcome is None:
                continue
            landed += 1
            (code, took), found = outcome, self.whole.get(self.tables("r"), "neither")
            early = code == -number  # before the program has begun to listen
            self.count(f"{name} {verb}: exit {'by the signal' if early else code}")
            interrupted = early or code == CODES[number]
            # At the very end a signal may come too late; `check` exits 3 for want of a baseline.
            self.hold(interrupted or code == (3 if verb == "check" else 0), f"{name} {verb}: exit {code}")
            self.hold(not interrupted or took < 1.5, f"{name} {verb}: took {took:.2f} s")
            expected = "new" if code == 0 and verb in ("run", "report") else "old"
            self.hold(found == expected, f"{name} {verb}: exit {code}, results are {found}")
            self.hold((folder / "notes.txt").is_file(), f"{name} {verb}: a note is gone")
            # What an interrupted run has finished is kept for the next one.
            left = [path for path in self.left() if path != "r/journal"]
            self.hold(early or not left, f"{name} {verb}: exit {code} leaves {left} behind")
        self.call(*VERBS["run"], expect=0)
        self.hold(not (self.root / ".unfinished").exists(), f"{name}: the run after it leaves something behind")

    def left(self):
        """The files beside the results that are unfinished."""
        below = self.root / ".unfinished"
        return sorted(str(path.relative_to(below)) for path in below.rglob("*") if path.is_file())

    def kills(self):
        """kill -9 at random moments: old results or new ones, and the next run cleans up."""
        landed = 0
        while landed < self.each:
            folder = self.fresh()
            if self.struck("run", signal.SIGKILL) is None:
                continue
            landed += 1
            found = self.whole.get(self.tables("r"), "neither")
            self.count(f"SIGKILL run: {found} results")
            self.hold(found != "neither", "SIGKILL: results are neither old nor new")
            notes = [folder / "notes.txt", *self.root.glob(".unfinished/r/*/notes.txt")]
            self.hold(any(note.is_file() for note in notes), "SIGKILL: a note is gone")
            # A note that waits beside the results is put back before the next one lies in its place.
            if self.random.random() < 0.2 or not (folder / "notes.txt").is_file():
                self.call(*VERBS["run"], expect=0)
                self.hold(not (self.root / ".unfinished").exists(), "the run after a SIGKILL leaves something behind")
                self.hold((folder / "notes.txt").is_file(), "the run after a SIGKILL does not put a note back")
        self.call(*VERBS["run"], expect=0)

    def crowds(self):
        """Two and eight processes on one folder: one wins, the others say who holds it, and results are whole."""
        for number in [2, 8]:
            for _ in range(max(1, self.each // 10)):
                self.fresh()
                crowd = [self.start("run", "new.toml", "-q", "--force", "-o", "r") for _ in range(number)]
                for process in crowd:
                    text = process.communicate(timeout=120)[1]
                    self.count(f"{number} processes: exit {process.returncode}")
                    told = process.returncode == 2 and "is being written by" in text
                    self.hold(process.returncode == 0 or told, f"{number} processes: exit {process.returncode}: {text}")
                self.hold(self.whole.get(self.tables("r")) == "new", f"{number} processes: results are not whole")
                self.hold(not (self.root / ".unfinished").exists(), f"{number} processes leave something behind")

    def mounted(self, kind, source, *options):
        mount = self.root / "mount"
        mount.mkdir(exist_ok=True)
        command = ["mount", "-t", kind, *options, source, str(mount)] if kind else ["mount", "--bind", source, str(mount)]
        if subprocess.run(command, capture_output=True).returncode != 0:
            print(f"left out: this process may not mount ({kind or 'bind'})")
            return None
        return mount

    def mounts(self):
        """A mount point as the results folder, and a disk that is full."""
        (self.root / "elsewhere").mkdir()
        for kind, source, options in [(None, str(self.root / "elsewhere"), []), ("tmpfs", "tmpfs", ["-o", "size=16m"])]:
            if self.mounted(kind, source, *options) is None:
                continue
            try:
                for spec in ["old", "new", "new"]:
                    self.call("run", f"{spec}.toml", "-q", "--force", "-o", "mount", expect=0)
                    self.hold(self.whole.get(self.tables("mount")) == spec, "a mount point does not hold the new results")
                    self.count("runs into a mount point")
            finally:
                subprocess.run(["umount", str(self.root / "mount")], check=True)
        if self.mounted("tmpfs", "tmpfs", "-o", "size=200k") is None:
            return
        try:
            for name in ["mount/study", "mount"]:
                code, text = self.call("run", "new.toml", "-q", "-o", name)
                self.count(f"runs on a full disk: exit {code}")
                self.hold(code in (1, 2) and text.startswith("error: "), f"full disk: exit {code}: {text}")
                self.hold(not (self.root / name / "manifest.csv").exists(), "full disk: half results look whole")
        finally:
            subprocess.run(["umount", str(self.root / "mount")], check=True)

    def devices(self):
        """Devices, pipes and links are written through or refused, never replaced."""
        before = os.stat("/dev/null")
        for _ in range(max(1, self.each // 10)):
            self.call("check", "new.toml", "-q", "--baseline-lenient", "--junit", "/dev/null", expect=0)
            self.call("run", "new.toml", "-q", "-o", "/dev/null", expect=2)
            self.hold(os.stat("/dev/null").st_rdev == before.st_rdev, "/dev/null is replaced")
            pipe = self.root / "pipe"
            if not pipe.exists():
                os.mkfifo(pipe)
            self.call("run", "new.toml", "-q", "-o", "pipe", expect=2)
            self.hold(pipe.is_fifo(), "a pipe is replaced")
            self.fresh("target")
            link = self.root / "link"
            if not link.is_symlink():
                link.symlink_to("target")
            self.call("run", "new.toml", "-q", "--force", "-o", "link", expect=0)
            self.hold(link.is_symlink(), "a link is replaced")
            self.hold(self.whole.get(self.tables("target")) == "new", "the target of a link is stale")
            self.call("run", "new.toml", "-q", "-o", "target/../target", expect=0)
            self.count("devices, pipes and links", 5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/release/goldilocks")
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    abuse = Abuse(os.path.abspath(arguments.program), arguments.each, arguments.seed)
    try:
        for number in CODES:
            abuse.signals(number)
        abuse.kills()
        abuse.crowds()
        abuse.mounts()
        abuse.devices()
    finally:
        shutil.rmtree(abuse.root, ignore_errors=True)
    for what, count in sorted(abuse.counts.items()):
        print(f"{count:6} {what}")
    print(f"{len(abuse.broken)} promises broken")
    return 1 if abuse.broken else 0


if __name__ == "__main__":
    sys.exit(main())
