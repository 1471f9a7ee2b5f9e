"""A leg's orders, one after the other."""

from __future__ import annotations

from core.ids import order_link_id
from core.numbers import ZERO
from models.jobs import Attempt, Leg
from models.states import AttemptState


def next_attempt(leg: Leg, n: int) -> Attempt:
    """The leg's n-th order: what is left of it, as far as one order may carry."""
    return Attempt(
        leg_id=leg.id,
        n=n,
        order_link_id=order_link_id(leg.id, n),
        qty=min(leg.qty_planned - leg.qty_filled, leg.max_order_qty),
        state=AttemptState.INTENDED,
        qty_filled=ZERO,
        sends=0,
    )
