"""`make bench`: the measurements, each as a ratio against a floor or a peer in the same run."""

from __future__ import annotations

from bench import sandbox_throughput, tap_to_order
from devstack import test_servers


def main() -> None:
    """Run them on servers of their own and print one table."""
    run = "bench"
    servers = test_servers.started(run)
    try:
        rows = [*sandbox_throughput.measure(), *tap_to_order.measure(servers)]
    finally:
        test_servers.stop(run)
    width = max(len(row.name) for row in rows)
    for row in rows:
        print(f"{row.name:<{width}}  {row.figure}")


if __name__ == "__main__":
    main()
