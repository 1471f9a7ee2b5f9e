"""`python -m tests.faults.storm`: a long storm; `make storm` calls it."""

from __future__ import annotations

import argparse
import signal
import sys
from decimal import Decimal

from devstack.paths import DATA
from tests.faults.storm.plan import Storm
from tests.faults.storm.run import run, seed_to_use


def main() -> int:
    """0 if every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of weather")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--webs", type=int, default=2)
    parser.add_argument("--faults", type=Decimal, default=Decimal("0.05"), help="of calls, 0 to 1")
    parser.add_argument("--seed", type=int, default=None, help="else STORM_SEED, else any")
    options = parser.parse_args()
    storm = Storm(
        seed=seed_to_use() if options.seed is None else options.seed,
        seconds=options.seconds,
        jobs=options.jobs,
        accounts=options.accounts,
        workers=options.workers,
        webs=options.webs,
        fault_chance=options.faults,
    )
    # A SIGTERM ends it the way that Ctrl-C does: everything is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"storm with STORM_SEED={storm.seed}", flush=True)  # noqa: T201
    report = run(storm, DATA / "storm")
    print(report.text(), flush=True)  # noqa: T201
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
