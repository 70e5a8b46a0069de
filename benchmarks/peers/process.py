"""Processes under measurement: pinned to processors and threads, offline, with what they cost and what they printed."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

METER = Path(__file__).with_name("meter.py")
THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"]


class Failed(Exception):
    """A contestant did not do its work; the message says which, and why."""


@dataclass
class Run:
    wall_s: float
    cpu_s: float  # user and system, of the process and all that it waited for
    rss_mb: float  # peak
    exit: int
    answer: dict  # the JSON object that it printed


def environment(threads):
    return {
        **os.environ,
        **{name: str(threads) for name in THREAD_VARIABLES},
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # peers must not compile themselves anew at every start
        "NO_COLOR": "1",
    }


def allowed_processors():
    return sorted(os.sched_getaffinity(0))


def measure(command, threads, may_exit=(0,)):
    """Runs `command` on its first `threads` processors. Raises Failed on another exit code or output that is no JSON."""
    command = [str(part) for part in command]
    cpus = ",".join(map(str, allowed_processors()[:threads]))
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        metered = subprocess.run(
            [sys.executable, "-I", "-S", METER, cpus, out, err, *command],
            env=environment(threads),
            stdout=subprocess.PIPE,
            check=True,
        )
        cost = json.loads(metered.stdout)
        said, complained = out.read_text(errors="replace").strip(), err.read_text(errors="replace").strip()
    if cost["exit"] not in may_exit:
        raise Failed(f"{' '.join(command[:4])} ...: exit code {cost['exit']}: {(complained or said)[-2000:]}")
    try:
        answer = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        raise Failed(f"{' '.join(command[:4])} ...: printed no JSON: {said[-500:]!r}") from None
    return Run(cost["wall_s"], cost["user_s"] + cost["system_s"], cost["rss_mb"], cost["exit"], answer)


def peer(module, *arguments):
    """The command line of one of the peers beside this file."""
    return [sys.executable, Path(__file__).with_name(module), *arguments]
