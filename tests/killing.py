"""kill -9, as a power cut would."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import psutil

DEATH_SECONDS = 10
"""For a process that was killed to be gone."""


def kill_family(pid: int) -> None:
    """The process and all its children, parents first: one that lives on would fork anew for a dead
    child."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    # One that was forked in between is in the group of the process that we started.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pid != os.getpgrp():
            os.killpg(pid, signal.SIGKILL)
    until = time.monotonic() + DEATH_SECONDS
    while any(_is_alive(process) for process in family) and time.monotonic() < until:
        time.sleep(0.01)


def _is_alive(process: psutil.Process) -> bool:
    """Running, not merely unburied: its ports and memory are still held."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
