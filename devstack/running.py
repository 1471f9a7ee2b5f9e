"""The settings of the stack that runs now, for shells and one-off commands beside it."""

from __future__ import annotations

import os

import psutil

from devstack.environment import OWNER
from devstack.paths import DEV, DevstackError


def environment() -> dict[str, str]:
    """Environment variables of the running stack's web process; the caller's own where
    DATABASE_URL is set. Raises DevstackError where nothing runs."""
    if os.environ.get("DATABASE_URL"):
        return dict(os.environ)
    for process in psutil.process_iter():
        try:
            found: dict[str, str] = process.environ()
        except psutil.Error:
            continue
        if found.get(OWNER) == str(DEV) and "DATABASE_URL" in found:
            return found
    raise DevstackError("Nothing runs here: start it with `make up`, or set DATABASE_URL.")
