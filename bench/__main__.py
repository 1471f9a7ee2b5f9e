"""`make bench`: the measurements, each as a ratio against a floor or a peer in the same run.

`make bench ARGS="recovery growth"` runs some of them; `--write` brings docs/performance.md and its
plot up to date with what was measured last, in this run or before. `simulation` measures nothing:
it reckons from what was measured, and writes docs/scaling.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence

from bench import (
    document,
    first_load,
    growth,
    job_costs,
    jobs_per_second,
    pick_up,
    recovery,
    results,
    sandbox_throughput,
    simulation,
    sockets,
    status_poll,
    tap_to_order,
    wall,
    whole_book,
)
from bench.rows import Row
from devstack import test_servers
from devstack.test_servers import Servers

Measure = Callable[[Servers], Sequence[Row]]

MEASURES: Mapping[str, Measure] = {
    "tap": tap_to_order.measure,
    "pick-up": pick_up.measure,
    "book": whole_book.measure,
    "recovery": recovery.measure,
    "jobs": jobs_per_second.measure,
    "job-costs": job_costs.measure,
    "poll": status_poll.measure,
    "growth": growth.measure,
    "sockets": sockets.measure,
    "first-load": first_load.measure,
    "sandbox": sandbox_throughput.measure,
    "wall": wall.measure,
}
_SIMULATION = "simulation"


def main() -> None:
    """Run them on servers of their own, keep the results, print one table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    known = [*MEASURES, _SIMULATION]
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(known))
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--only-write", action="store_true", help="measure nothing, write")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    names = [name for name in options.names or MEASURES if name != _SIMULATION]
    if names and not options.only_write:
        print(document.as_text(_measure(names)))
    if _SIMULATION in options.names:
        print(simulation.simulate())
    if options.write or options.only_write:
        document.write(results.kept(MEASURES))


def _measure(names: Sequence[str]) -> list[Row]:
    run = f"bench {time.time()}"
    servers = test_servers.started(run)
    rows: list[Row] = []
    try:
        for name in names:
            began = time.monotonic()
            print(f"{name} ...", end=" ", flush=True)
            found = list(MEASURES[name](servers))
            results.keep(name, found)
            print(f"{time.monotonic() - began:.0f} s", flush=True)
            rows += found
    finally:
        test_servers.stop(run)
    return rows


if __name__ == "__main__":
    main()
