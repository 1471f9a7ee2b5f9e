"""The transition tables and the pure decisions about attempts, legs and jobs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from exchange.types import Category, Order, OrderStatus, Side
from models.jobs import Leg
from models.states import (
    ENDED_JOBS,
    ENDED_LEGS,
    OPEN_ATTEMPTS,
    AttemptState,
    JobKind,
    JobState,
    LegState,
)
from trading.bookkeeping import average_price
from trading.finishing import end_state
from trading.round_trip import price_effect
from trading.settling import (
    MAX_EMPTY,
    Again,
    AttemptFacts,
    End,
    LegFacts,
    after_attempt,
    attempt_end,
    close_reason,
)
from trading.states import (
    ATTEMPT_TRANSITIONS,
    JOB_TRANSITIONS,
    LEG_TRANSITIONS,
    IllegalTransition,
    check_step,
)

D = Decimal
LEG = LegFacts(Category.LINEAR, D(10), D(4), False, D(1), D(5), D(100), False)
ATTEMPT = AttemptFacts(1, AttemptState.PARTIALLY_FILLED, D(10), D(4), None, 0)


def test_every_state_stands_in_its_table_and_terminal_ones_lead_nowhere() -> None:
    assert set(JOB_TRANSITIONS) == set(JobState)
    assert set(LEG_TRANSITIONS) == set(LegState)
    assert set(ATTEMPT_TRANSITIONS) == set(AttemptState)
    assert {s for s, following in JOB_TRANSITIONS.items() if not following} == ENDED_JOBS
    assert {s for s, following in LEG_TRANSITIONS.items() if not following} == ENDED_LEGS
    open_ones = {s for s, following in ATTEMPT_TRANSITIONS.items() if following}
    assert open_ones == OPEN_ATTEMPTS


def test_an_illegal_step_raises() -> None:
    with pytest.raises(IllegalTransition):
        check_step(JOB_TRANSITIONS, JobState.COMPLETED, JobState.EXECUTING)


@pytest.mark.parametrize(
    ("leg", "attempt", "cancelled", "step"),
    [
        (replace(LEG, qty_filled=D(10)), ATTEMPT, False, End(LegState.FILLED, None)),
        (LEG, ATTEMPT, False, Again(0.0)),
        (LEG, ATTEMPT, True, End(LegState.PARTIALLY_FILLED, "cancelled_by_user")),
        (
            replace(LEG, qty_filled=D(0)),
            replace(ATTEMPT, qty_filled=D(0)),
            True,
            End(LegState.CANCELLED, "cancelled_by_user"),
        ),
        (
            replace(LEG, has_price_guard=True),
            ATTEMPT,
            False,
            End(LegState.PARTIALLY_FILLED, "price_guard"),
        ),
        (
            replace(LEG, min_qty=D(7)),
            ATTEMPT,
            False,
            End(LegState.PARTIALLY_FILLED, "below_min_qty"),
        ),
        (
            replace(LEG, min_notional=D(601)),
            ATTEMPT,
            False,
            End(LegState.PARTIALLY_FILLED, "below_min_notional"),
        ),
        (replace(LEG, min_qty=D(7), closes_position=True), ATTEMPT, False, Again(0.0)),
        (
            LEG,
            replace(ATTEMPT, n=9),
            False,
            End(LegState.PARTIALLY_FILLED, "attempts_exhausted"),
        ),
        (
            LEG,
            replace(ATTEMPT, state=AttemptState.REJECTED, reason="too_large"),
            False,
            End(LegState.PARTIALLY_FILLED, "too_large"),
        ),
        (
            LEG,
            replace(ATTEMPT, state=AttemptState.NEVER_REACHED),
            False,
            End(LegState.PARTIALLY_FILLED, "never_reached"),
        ),
        (
            replace(LEG, qty_filled=D(0)),
            replace(ATTEMPT, qty_filled=D(0), empty_streak=MAX_EMPTY),
            False,
            End(LegState.REJECTED, "no_liquidity"),
        ),
        (LEG, replace(ATTEMPT, qty_filled=D(0), empty_streak=1), False, Again(0.4)),
    ],
)
def test_the_step_after_an_attempt(
    leg: LegFacts, attempt: AttemptFacts, cancelled: bool, step: Again | End
) -> None:
    assert after_attempt(leg, attempt, cancelled=cancelled, max_attempts=9) == step


def order(status: OrderStatus, reject: str = "", cancel: str = "") -> Order:
    return Order(
        Category.LINEAR,
        "BTCUSDT",
        "1",
        "ebb-1",
        status,
        Side.BUY,
        D(1),
        D(0),
        None,
        reject,
        cancel,
        None,
    )


@pytest.mark.parametrize(
    ("reject", "cancel", "reason"),
    [
        ("EC_NoImmediateQtyToFill", "", "no_liquidity"),
        ("EC_ReachMarketPriceLimit", "", "price_out_of_range"),
        ("EC_Others", "", "exchange_refused"),
        ("", "CancelByReduceOnly", "position_gone"),
        ("EC_NoError", "UNKNOWN", None),
    ],
)
def test_why_the_exchange_closed_an_order(reject: str, cancel: str, reason: str | None) -> None:
    assert close_reason(order(OrderStatus.CANCELLED, reject, cancel)) == reason


def test_an_attempt_ends_by_its_fills_and_not_by_its_status() -> None:
    assert attempt_end(order(OrderStatus.CANCELLED), D(1), D(1))[0] is AttemptState.FILLED
    assert attempt_end(order(OrderStatus.CANCELLED), D(1), D("0.5"))[0] is (
        AttemptState.PARTIALLY_FILLED
    )
    assert attempt_end(order(OrderStatus.REJECTED), D(1), D(0))[0] is AttemptState.REJECTED
    assert attempt_end(order(OrderStatus.CANCELLED), D(1), D(0))[0] is AttemptState.CANCELLED


def legs(*pairs: tuple[LegState, str]) -> list[Leg]:
    return [Leg(state=state, qty_filled=D(filled)) for state, filled in pairs]


@pytest.mark.parametrize(
    ("states", "cancelled", "ended"),
    [
        ([(LegState.FILLED, "1"), (LegState.SKIPPED, "0")], False, (JobState.COMPLETED, None)),
        (
            [(LegState.FILLED, "1"), (LegState.REJECTED, "0")],
            False,
            (JobState.PARTIALLY_COMPLETED, None),
        ),
        ([(LegState.SKIPPED, "0")], False, (JobState.FAILED, "nothing_to_reduce")),
        ([(LegState.REJECTED, "0")], False, (JobState.FAILED, "all_legs_failed")),
        ([(LegState.CANCELLED, "0")], True, (JobState.CANCELLED, None)),
        ([(LegState.PARTIALLY_FILLED, "1")], True, (JobState.PARTIALLY_COMPLETED, None)),
        ([], False, (JobState.FAILED, "empty_book")),
    ],
)
def test_a_job_ends_as_its_legs_did(
    states: list[tuple[LegState, str]], cancelled: bool, ended: tuple[JobState, str | None]
) -> None:
    assert end_state(JobKind.REDUCE, legs(*states), cancelled=cancelled) == ended


def test_averages_weigh_inverse_contracts_by_their_coins() -> None:
    assert average_price(Category.LINEAR, [(D(1), D(100)), (D(3), D(200))]) == D(175)
    assert average_price(Category.INVERSE, [(D(100), D(100)), (D(100), D(50))]) == D(200) / D(3)
    assert average_price(Category.SPOT, []) is None


def test_stepping_aside_saves_when_the_price_moves_against_the_position() -> None:
    assert price_effect(Category.LINEAR, Side.BUY, D(2), D(100), D(90)) == D(20)
    assert price_effect(Category.LINEAR, Side.SELL, D(2), D(100), D(90)) == D(-20)
    assert price_effect(Category.INVERSE, Side.BUY, D(100), D(100), D(50)) == D(1)
