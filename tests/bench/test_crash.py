"""The simulated crash keeps the rules that it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.crash import Address, Assumed, Costs, Crash, House, Minute, Told
from bench.rows import median

COSTS = Costs(
    web=0.009,
    worker=0.044,
    worker_leg=0.005,
    postgres=0.02,
    postgres_leg=0.003,
    redis=0.002,
    commits=9,
    poll=0.003,
    socket=0.00003,
)
CRASH = Crash(users=3000, share=0.10, seconds=10)
SMALL = House(web=1, workers=2, addresses=1, postgres=4)


def run(house: House, crash: Crash = CRASH) -> Told:
    return Minute(house, crash, COSTS, Assumed()).run()


def median_wait(told: Told) -> float:
    return median([(tap.ordered or 0) - tap.at for tap in told.taps])


def test_every_job_ends_after_its_order_and_the_same_seed_gives_the_same_minute() -> None:
    told = run(SMALL)
    assert len(told.taps) == 300
    assert all(tap.at < (tap.ordered or 0) < tap.done for tap in told.taps)
    assert run(SMALL).taps == told.taps != run(SMALL, replace(CRASH, seed=2)).taps


def test_addresses_help_where_workers_alone_do_not() -> None:
    alone = median_wait(run(SMALL))
    assert median_wait(run(replace(SMALL, workers=8))) > 0.7 * alone
    assert median_wait(run(replace(SMALL, workers=8, addresses=8))) < 0.2 * alone


def test_no_window_of_five_seconds_holds_more_calls_than_the_exchange_takes() -> None:
    address = Address()
    granted = [
        (step / 10, address.take(step / 10, 40, orders=step % 2 == 0)) for step in range(300)
    ]
    for begin, _ in granted:
        assert sum(count for at, count in granted if begin <= at < begin + 5) <= 550


@pytest.mark.parametrize(("orders", "most"), [(True, 550), (False, 467)])
def test_readings_leave_a_share_to_orders(orders: bool, most: int) -> None:
    assert Address().take(0, 1000, orders=orders) == most
