"""Run the flask command beside the running stack: `python -m devstack.flask_command db upgrade`."""

from __future__ import annotations

import subprocess
import sys

from devstack.paths import ROOT
from devstack.procfile import with_our_python
from devstack.running import environment


def main() -> int:
    """The flask command's exit code. Raises DevstackError where nothing runs."""
    return subprocess.run(
        ["flask", "--app", "web.wsgi:app", *sys.argv[1:]],
        env=with_our_python(environment()),
        cwd=ROOT,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
