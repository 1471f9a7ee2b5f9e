"""Packages of Debian's and Ubuntu's, where we may install."""

from __future__ import annotations

import os
import shutil
import subprocess

from devstack.paths import DevstackError


def may_install() -> bool:
    """As root, where there is apt-get."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Raises DevstackError with what apt-get said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
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
            raise DevstackError(done.stderr[-2000:])
