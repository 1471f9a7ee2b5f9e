"""pytest inside a copy: `python -m tests.faults.mutants.inner CHECK...`, with the addresses of the
servers of the run around it on standard input, as they hold passwords."""

from __future__ import annotations

import json
import sys

import pytest

from devstack import test_servers
from devstack.test_servers import Servers


def main(checks: list[str]) -> int:
    """The first failure ends it: one is enough."""
    given = Servers(**json.load(sys.stdin))
    test_servers.started = lambda run: given
    test_servers.stop = lambda run: None  # they are the outer run's
    options = ["-x", "-rf", "--tb=short", "--timeout=40", "-p", "no:cacheprovider"]
    return pytest.main([*options, *checks])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
