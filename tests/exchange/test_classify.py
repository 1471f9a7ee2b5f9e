"""Every code of the reference goes to its sort."""

from __future__ import annotations

import pytest

from core import clock
from exchange import classify
from exchange.outcomes import (
    AlreadyThere,
    AuthProblem,
    Busy,
    KeyRefused,
    Later,
    Refused,
    Rejected,
    RequestDefect,
    Unknown,
    Unreachable,
)


@pytest.mark.parametrize("code", [10000, 10016, 170001, 170007, 170032, 170146])
def test_ambiguous_codes_say_nothing_about_the_order(code: int) -> None:
    assert isinstance(classify.error_of(code, "m"), Unreachable)
    assert classify.verdict_of_code(code, "m") == Unknown(code, "m")


@pytest.mark.parametrize("code", [110072, 170141, 10014])
def test_a_duplicate_means_that_it_is_there(code: int) -> None:
    assert classify.verdict_of_code(code, "m") == AlreadyThere(code)


@pytest.mark.parametrize("code", [10006, 10429, 170005, 110079, 10019, 10002])
def test_codes_to_try_again_later(code: int) -> None:
    assert isinstance(classify.error_of(code, "m"), Busy)
    assert isinstance(classify.verdict_of_code(code, "m"), Later)


def test_the_limit_s_own_header_says_when() -> None:
    headers = {"X-Bapi-Limit-Reset-Timestamp": str(clock.now_ms() + 700)}
    assert 0.5 < classify.reset_after(headers) <= 0.7
    assert classify.reset_after({"X-Bapi-Limit-Reset-Timestamp": "1"}) == 0.05
    assert classify.reset_after(None) == 1.0


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (10003, "key_invalid"),
        (10004, "key_signature"),
        (10005, "key_permission"),
        (10007, "key_invalid"),
        (10008, "key_banned"),
        (10009, "key_region"),
        (10024, "key_region"),
        (10010, "key_ip_not_bound"),
        (10027, "key_banned"),
        (10028, "key_not_unified"),
        (33004, "key_expired"),
    ],
)
def test_key_problems_stop_the_job(code: int, reason: str) -> None:
    error = classify.error_of(code, "m")
    assert isinstance(error, AuthProblem)
    assert error.reason == reason
    assert classify.verdict_of_code(code, "m") == KeyRefused(code, "m", reason)


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ((110004, 110007, 110012, 110044, 110045, 110051, 110052, 110053), "insufficient_margin"),
        ((170131,), "insufficient_balance"),
        ((110017,), "position_gone"),
        ((110003, 170132, 170133, 170192, 170193, 170194), "price_out_of_range"),
        ((110006, 110021, 110090), "position_limit"),
        ((110023, 110042), "reduce_only_contract"),
        ((110063, 110066, 110074), "market_closed"),
        ((110094, 170140), "below_min_notional"),
        ((110020,), "too_many_orders"),
        ((10029, 170121), "symbol_unknown"),
        ((170136,), "below_min_qty"),
        ((170137, 170148), "lot_step"),
        ((170124, 170197, 170198, 170381, 170382), "too_large"),
        ((170151, 170157, 170210), "api_not_allowed"),
        ((987654,), "exchange_refused"),
    ],
)
def test_refusals_have_their_reason(codes: tuple[int, ...], reason: str) -> None:
    for code in codes:
        error = classify.error_of(code, "m")
        assert isinstance(error, Refused)
        assert error.reason == reason
        assert classify.verdict_of_code(code, "m") == Rejected(code, "m", reason)


@pytest.mark.parametrize("code", [10001, 10017, 10404])
def test_a_wrong_request_is_a_defect_of_ours(code: int) -> None:
    assert isinstance(classify.error_of(code, "m"), RequestDefect)
    assert classify.verdict_of_code(code, "m") == Rejected(code, "m", "exchange_refused")


def test_a_changed_position_mode_is_no_defect() -> None:
    verdict = classify.verdict_of_code(10001, "position idx not match position mode")
    assert verdict == Rejected(
        10001, "position idx not match position mode", "position_mode_changed"
    )


def test_http_statuses() -> None:
    ban = classify.http_error(403)
    assert isinstance(ban, Busy)
    assert (ban.whole_ip, ban.retry_after) == (True, 600)
    assert isinstance(classify.http_error(429), Busy)
    assert isinstance(classify.http_error(502), Unreachable)
    assert isinstance(classify.http_error(404), RequestDefect)
