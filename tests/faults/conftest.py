"""Lanes for trials that kill and freeze workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from devstack.test_servers import LOGS
from tests.databases import Databases
from tests.faults.boundaries.lane import Lane

LANES = 6


@pytest.fixture(scope="session")
def fault_environment(environment: dict[str, str]) -> dict[str, str]:
    """Short leases and settling, so that a recovery is a matter of a second."""
    return {
        **environment,
        "EBB_LEASE_SECONDS": "0.7",
        "EBB_RECV_WINDOW_MS": "600",
        "EBB_SETTLE_SECONDS": "0.1",
        "EBB_RELAY_SECONDS": "0.5",
        "EBB_RING_AGAIN_SECONDS": "1",
        "EBB_DATABASE_POOL_SIZE": "6",
        "EBB_LOG_LEVEL": "WARNING",
    }


@pytest.fixture(scope="session")
def lane_numbers(process_number: int) -> range:
    """The Redis databases of this process's lanes; a run inside another has a single lane."""
    only = os.environ.get("EBB_TEST_LANE")
    if only:
        return range(int(only), int(only) + 1)
    first = 64 + process_number * LANES
    return range(first, first + LANES)


@pytest.fixture(scope="session")
def lanes(
    fault_environment: dict[str, str],
    databases: Databases,
    redis_url: str,
    lane_numbers: range,
    control: Callable[..., Any],
    make_account: Callable[..., Any],
) -> Iterator[list[Lane]]:
    def open_lane(number: int) -> Lane:
        database = databases.migrated(f"ebb_lane_{number}")
        environment = {
            **fault_environment,
            "DATABASE_URL": database,
            "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{number}",
        }
        log = LOGS / f"lane-{number}.log"
        return Lane(environment, control, make_account, log)

    # Settings are read from the environment, which is one for the process: one after the other.
    made = [open_lane(number) for number in lane_numbers]
    yield made
    with ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(Lane.close, made))
