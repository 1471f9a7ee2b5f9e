"""Budgets: filled, never overrun, shared by processes, and right again after Redis forgot."""

from __future__ import annotations

import time

import pytest
import redis

from core.settings import Settings
from exchange.outcomes import Busy
from exchange.pacing import BATCH, SINGLE, Pacer, account_key
from exchange.types import Category
from exchange.windows import Ask, Grant, LocalWindows, RedisWindows, Windows
from tests.exchange.conftest import ROOT

LINEAR, SPOT = Category.LINEAR, Category.SPOT


@pytest.fixture(params=["redis", "local"])
def windows(request: pytest.FixtureRequest, client: redis.Redis) -> Windows:
    return RedisWindows(client, ROOT) if request.param == "redis" else LocalWindows()


def pacer(windows: Windows | None, budget: int = 550) -> Pacer:
    return Pacer(windows, address="here", budget=budget)


def granted(grant: Grant) -> list[int]:
    return [taken.count for taken in grant.taken]


def test_a_window_gives_what_it_holds_and_tells_when_there_is_more(windows: Windows) -> None:
    first = windows.take("a", 550, [Ask("k", 7, 10), Ask("other", 3, 10)])
    assert (granted(first), first.wait_ms) == ([7, 3], 0)
    second = windows.take("a", 550, [Ask("k", 7, 10)])
    assert granted(second) == [3]
    assert 0 < second.wait_ms <= 2000
    third = windows.take("a", 550, [Ask("k", 1, 10)])
    assert granted(third) == [0]


def test_tokens_leave_their_window_a_second_after_the_answer(windows: Windows) -> None:
    (taken,) = windows.take("a", 550, [Ask("k", 10, 10)]).taken
    time.sleep(0.3)
    windows.heard(taken, size=10, left=0)
    assert 900 <= windows.take("a", 550, [Ask("k", 1, 10)]).wait_ms <= 1000
    time.sleep(1.05)
    assert granted(windows.take("a", 550, [Ask("k", 10, 10)])) == [10]


def test_the_exchange_s_own_size_and_count_are_believed(windows: Windows) -> None:
    (taken,) = windows.take("a", 550, [Ask("k", 1, 10)]).taken
    # Somebody else uses the account too: of 20 only 4 are left.
    windows.heard(taken, size=20, left=4)
    assert granted(windows.take("a", 550, [Ask("k", 10, 10)])) == [4]


def test_a_blocked_bucket_gives_nothing_until_its_reset(windows: Windows) -> None:
    windows.block("k", 300)
    grant = windows.take("a", 550, [Ask("k", 1, 10), Ask("free", 1, 10)])
    assert granted(grant) == [0, 1]
    assert 0 < grant.wait_ms <= 300
    time.sleep(0.31)
    assert granted(windows.take("a", 550, [Ask("k", 1, 10)])) == [1]


def test_the_address_has_a_budget_of_calls_not_of_orders(windows: Windows) -> None:
    # Ten orders in a batch are one call.
    assert granted(windows.take("b", 3, [Ask("k", 20, 50, per_call=10)])) == [20]
    grant = windows.take("b", 3, [Ask("single", 5, 50)])
    assert granted(grant) == [1]
    assert grant.wait_ms > 0
    assert granted(windows.take("elsewhere", 3, [Ask("single", 1, 50)])) == [1]


def test_a_ban_stops_everybody_at_the_address(windows: Windows) -> None:
    windows.ban("c", 200)
    grant = windows.take("c", 550, [Ask("k", 1, 10)])
    assert grant.taken == ()
    assert 0 < grant.banned_ms <= 200
    assert granted(windows.take("other", 550, [Ask("k", 1, 10)])) == [1]
    time.sleep(0.21)
    assert granted(windows.take("c", 550, [Ask("k", 1, 10)])) == [1]


def test_processes_share_one_budget(client: redis.Redis) -> None:
    one, other = (pacer(RedisWindows(client, ROOT)) for _ in range(2))
    assert one.orders("acc", {LINEAR: 15}, {LINEAR: 10}).count == 15
    assert other.orders("acc", {LINEAR: 15}, {LINEAR: 10}).count == 5


def test_a_redis_that_forgot_is_told_by_the_next_answer(client: redis.Redis) -> None:
    windows = RedisWindows(client, ROOT)
    windows.take("a", 550, [Ask("k", 9, 10)])
    for key in client.scan_iter(f"{ROOT}:*"):
        client.delete(key)
    (taken,) = windows.take("a", 550, [Ask("k", 1, 10)]).taken
    windows.heard(taken, size=10, left=0)
    assert granted(windows.take("a", 550, [Ask("k", 10, 10)])) == [0]


def test_single_and_batch_budgets_are_used_together() -> None:
    wave = pacer(None).orders("acc", {LINEAR: 50, SPOT: 50}, {LINEAR: 10, SPOT: 10})
    assert (wave.batch[LINEAR].count, wave.single[LINEAR].count) == (10, 10)
    assert (wave.batch[SPOT].count, wave.single[SPOT].count) == (20, 20)
    assert wave.wait > 0
    assert BATCH in wave.batch[LINEAR].bucket
    assert SINGLE in wave.single[LINEAR].bucket


def test_what_the_batch_has_no_room_for_goes_singly() -> None:
    made = pacer(None)
    made.orders("acc", {LINEAR: 9}, {LINEAR: 10})
    wave = made.orders("acc", {LINEAR: 5}, {LINEAR: 10})
    assert (wave.batch[LINEAR].count, wave.single[LINEAR].count, wave.wait) == (1, 4, 0)
    rest = made.orders("acc", {LINEAR: 9}, {LINEAR: 10})
    assert (rest.batch[LINEAR].count, rest.single[LINEAR].count) == (0, 6)
    assert rest.wait > 0


def test_a_lone_order_goes_singly_and_a_few_in_one_batch() -> None:
    made = pacer(None)
    lone = made.orders("acc", {LINEAR: 1}, {LINEAR: 10})
    assert (lone.batch[LINEAR].count, lone.single[LINEAR].count, lone.wait) == (0, 1, 0)
    few = made.orders("acc", {LINEAR: 4}, {LINEAR: 10})
    assert (few.batch[LINEAR].count, few.single[LINEAR].count) == (4, 0)


def test_reads_leave_the_last_of_the_address_s_budget_to_orders() -> None:
    made = pacer(None, budget=20)
    for number in range(17):
        made.admit("acc", f"read-{number}", "", is_write=False)
    with pytest.raises(Busy):
        made.admit("acc", "read", "", is_write=False)
    assert made.orders("acc", {LINEAR: 1}, {LINEAR: 1}).count == 1


def test_a_ban_is_heard_by_other_processes_and_kept_when_redis_forgets(
    client: redis.Redis,
) -> None:
    one, other = (pacer(RedisWindows(client, ROOT)) for _ in range(2))
    taken = one.admit("acc", "read", "", is_write=False)
    one.refused(taken, Busy(403, "too often", 600, whole_ip=True))
    for made in (one, other):
        with pytest.raises(Busy) as refusal:
            made.orders("acc", {LINEAR: 1}, {LINEAR: 1})
        assert refusal.value.whole_ip
        assert 590 < refusal.value.retry_after <= 600
    client.delete(f"{ROOT}:ban:here")
    with pytest.raises(Busy):
        one.admit("acc", "read", "", is_write=False)


def test_without_redis_each_process_counts_for_itself(settings: Settings) -> None:
    made = Pacer.on_redis("redis://127.0.0.1:1/0", address="here", budget=550)
    assert made.orders("acc", {LINEAR: 25}, {LINEAR: 10}).count == 20
    began = time.monotonic()
    assert made.orders("acc", {LINEAR: 5}, {LINEAR: 10}).count == 0
    assert time.monotonic() - began < 0.1, "a Redis that is away is not asked each time"


def test_an_account_s_name_in_redis_tells_nothing_of_its_key() -> None:
    assert account_key(None) == "public"
    assert "secret-key" not in account_key("secret-key")
    assert account_key("a") != account_key("b")


def test_numbers_of_tokens_are_never_taken_twice(windows: Windows) -> None:
    seen: set[int] = set()
    for _ in range(5):
        (taken,) = windows.take("a", 550, [Ask("numbers", 4, 100)]).taken
        numbers = set(range(taken.first, taken.first + taken.count))
        assert not numbers & seen
        seen |= numbers
