"""A Chromium for the browser tests: the machine's own, or Debian's package where we may install."""

from __future__ import annotations

import os
import shutil
import subprocess

from devstack.paths import DevstackError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HELP = (
    "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium), or"
    " name one in EBB_CHROMIUM."
)


def find() -> str | None:
    """The path of a Chromium, if there is one."""
    named = os.environ.get("EBB_CHROMIUM")
    if named:
        return named
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def ensure() -> str:
    """A Chromium, installed if need be and possible. Raises DevstackError with what to do."""
    found = find()
    if found:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise DevstackError(_HELP)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DevstackError(f"{done.stderr[-2000:]}\n{_HELP}")
    found = find()
    if found is None:
        raise DevstackError(_HELP)
    return found
