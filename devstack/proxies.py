"""nginx and PgBouncer for tests/deploy: the machine's own, or Debian's where that is harmless."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from devstack import debian
from devstack.paths import DevstackError

_PACKAGES = {"nginx": "nginx-light", "pgbouncer": "pgbouncer"}
_PATH = f"{os.defpath}:/usr/sbin"
# Images of containers have one, which lets no package start its server.
_POLICY = Path("/usr/sbin/policy-rc.d")


def find(program: str) -> str | None:
    """The path of `nginx` or `pgbouncer`, if there is one; Debian's are where only root looks."""
    return shutil.which(program) or shutil.which(program, path=_PATH)


def ensure() -> str:
    """What there is now, for people; without them their tests are skipped, which is no error."""
    missing = [program for program in _PACKAGES if find(program) is None]
    why = "the packages would start servers on this machine"
    if missing and _POLICY.exists() and debian.may_install():
        try:
            debian.install(*(_PACKAGES[program] for program in missing))
        except DevstackError as error:
            why = str(error)
        missing = [program for program in missing if find(program) is None]
    if missing:
        return f"without {', '.join(missing)} tests of tests/deploy are skipped: {why}"
    return "nginx and pgbouncer are there"
