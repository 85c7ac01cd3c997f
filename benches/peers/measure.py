"""Runs a command and writes its exit code, wall time, processor time and peak memory as JSON.

    python -I -S measure.py OUT.json COMMAND...

A process of its own, and a small one, because Linux hands the peak memory of whoever starts a program on to it: started
from a process that has just read a million runs, every program would seem to need as much. The peak is that of the
largest process the command started; nothing below that of this one (about 10 MB) can be told.
"""

import json
import os
import subprocess
import sys
import time

out, *command = sys.argv[1:]
os.environ["PEER_STARTED"] = str(time.time())
started = time.perf_counter()
process = subprocess.Popen(command)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - started
process.returncode = os.waitstatus_to_exitcode(status)
with open(out, "w") as file:
    json.dump(
        {
            "exit": process.returncode,
            "wall": wall,
            "processor": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        },
        file,
    )
