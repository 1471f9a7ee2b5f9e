"""Rounding to a step is exact for every amount that a wallet can hold."""

from __future__ import annotations

from decimal import Context, localcontext
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import (
    ceil_to_step,
    exact,
    floor_to_step,
    percent_share,
    plain,
    quotient,
)

WIDE = Context(prec=200)
# Eighteen decimals of a coin that is worth almost nothing: more digits than a Decimal's default.
long_amounts = st.integers(0, 10**32).map(lambda units: D(units).scaleb(-18, WIDE))
steps = st.sampled_from([D("0.000001"), D("0.001"), D("0.05"), D("0.25"), D(1), D(25), D(100)])
percents = st.integers(1, 10_000).map(lambda hundredths: D(hundredths) / 100)


@given(long_amounts, steps)
def test_a_floor_is_on_the_step_and_less_than_a_step_below(amount: D, step: D) -> None:
    low = floor_to_step(amount, step)
    with localcontext(WIDE):
        assert low % step == 0
        assert 0 <= amount - low < step


@given(long_amounts, steps)
def test_a_ceiling_is_on_the_step_and_less_than_a_step_above(amount: D, step: D) -> None:
    high = ceil_to_step(amount, step)
    with localcontext(WIDE):
        assert high % step == 0
        assert 0 <= high - amount < step


@given(long_amounts, steps)
def test_rounding_twice_changes_nothing(amount: D, step: D) -> None:
    low, high = floor_to_step(amount, step), ceil_to_step(amount, step)
    assert floor_to_step(low, step) == ceil_to_step(low, step) == low
    assert floor_to_step(high, step) == ceil_to_step(high, step) == high


@given(long_amounts, steps)
def test_below_zero_a_floor_is_still_lower_and_a_ceiling_still_higher(amount: D, step: D) -> None:
    below = WIDE.minus(amount)
    assert floor_to_step(below, step) == WIDE.minus(ceil_to_step(amount, step))
    assert ceil_to_step(below, step) == WIDE.minus(floor_to_step(amount, step))
    assert floor_to_step(below, step) <= below <= ceil_to_step(below, step)


@given(long_amounts, percents)
def test_a_percentage_is_not_rounded(amount: D, percent: D) -> None:
    with localcontext(WIDE):
        assert percent_share(amount, percent) * 100 == amount * percent


@given(long_amounts, st.sampled_from([D("0.999"), D("0.9982"), D("0.99"), D(1)]))
def test_a_quotient_times_its_divisor_is_the_amount_again(amount: D, divisor: D) -> None:
    with localcontext(WIDE):
        assert abs(quotient(amount, divisor) * divisor - amount) <= D("1e-60")


def test_a_long_balance_is_not_rounded_up_into_the_next_lot() -> None:
    balance = D("12345678901.999999999999999999")
    assert floor_to_step(balance, D("0.01")) == D("12345678901.99")
    assert ceil_to_step(D("12345678901.000000000000000001"), D("0.01")) == D("12345678901.01")


@pytest.mark.parametrize("text", ["1e400", "1E-400", " 7 ", "-0", "+3"])
def test_every_finite_form_that_decimal_reads_is_read_exactly(text: str) -> None:
    assert exact(text) == D(text)


@pytest.mark.parametrize("text", ["sNaN", "-Infinity", "0x10", "1.2.3", "1 2", "--1", "1_0", "٣"])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        exact(text)


@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False))
def test_an_exact_form_stays_what_it_is(number: int | D) -> None:
    assert exact(number) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0.1000", "0.1"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("-0.00", "0"),
        ("-1.50", "-1.5"),
        ("1E-8", "0.00000001"),
    ],
)
def test_plain_text_has_neither_exponent_nor_trailing_zeros(number: str, shown: str) -> None:
    assert plain(D(number)) == shown
