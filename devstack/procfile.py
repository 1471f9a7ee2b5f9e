"""The Procfile: the same commands here as on the platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from devstack.paths import ROOT


def commands() -> dict[str, str]:
    """Process type → shell command."""
    found = {}
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and not name.startswith("#"):
            found[name.strip()] = command.strip()
    return found


def with_our_python(environment: dict[str, str]) -> dict[str, str]:
    """The environment with this interpreter's programs first on the PATH."""
    programs = str(Path(sys.executable).parent)
    return {**environment, "PATH": f"{programs}{os.pathsep}{environment.get('PATH', '')}"}
