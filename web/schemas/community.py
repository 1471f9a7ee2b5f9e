"""Signals and broadcasts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from community.wording import MOST_UNITS
from models.broadcasts import BroadcastState, PinState
from models.signals import PostState, SignalResult, SignalState
from web.schemas.fields import Amount, Cursor, Moment, Name, Out, Strict, exact_number, unchanged

_THREADS = 2**31 - 1

# Its length and letters are judged where the socket's are: `community.wording.checked`.
Text = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MOST_UNITS})]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""A kind, like `halftime-ghost`."""

MarketId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]

SignalName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


def _between(least: int, most: int, step: str) -> Callable[[Any], Decimal]:
    def check(value: Any) -> Decimal:
        number = exact_number(value)
        if not least <= number <= most or number % Decimal(step):
            known = {"range": f"{least} … {most}, {step}"}
            raise PydanticCustomError("out_of_range", "a number", known)
        return number

    return check


def _schema(least: int, most: int, step: str) -> dict[str, Any]:
    number = {"type": "number", "minimum": least, "maximum": most, "multipleOf": float(step)}
    as_text = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,8})?$"}
    return {"anyOf": [number, as_text]}


_CONFIDENCE = (0, 1, "0.0001")
_VALUE = (-1000, 1000, "0.01")
_PROFIT = (-(10**12), 10**12, "0.00000001")
Confidence = Annotated[
    Decimal, BeforeValidator(_between(*_CONFIDENCE)), WithJsonSchema(_schema(*_CONFIDENCE))
]
ExpectedValue = Annotated[
    Decimal, BeforeValidator(_between(*_VALUE)), WithJsonSchema(_schema(*_VALUE))
]
Profit = Annotated[Decimal, BeforeValidator(_between(*_PROFIT)), WithJsonSchema(_schema(*_PROFIT))]


class ListQuery(Strict):
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=200)


class OptionalIdempotencyHeader(Out):
    """The key is checked by hand, as where it is needed."""

    idempotency_key: Annotated[
        str | None,
        WithJsonSchema({"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255}),
    ] = Field(None, max_length=4096, alias="Idempotency-Key")


# -- broadcasts -----------------------------------------------------------------------------------


class BroadcastIn(Strict):
    """`thread_id` is a topic of the chat; without it the live one. Without `at` it is sent now."""

    text: Text
    thread_id: int | None = Field(None, ge=1, le=_THREADS)
    pin: bool = False
    at: Moment | None = None


class PreviewOut(Out):
    """What would be sent, and where. `length` is in UTF-16 units, as Telegram counts."""

    text: str
    length: int
    chat_id: int
    thread_id: int | None
    pin: bool
    at: datetime | None


class BroadcastPath(Strict):
    broadcast_id: uuid.UUID


class BroadcastOut(Out):
    """`sent` is said when Telegram said so; `unknown`: it did not answer, and the message may be
    there. `error` tells why there is no message, or no pin. `pin_state` null: none was asked for.
    `created_by` is the author's name in the audit log, `person:<pseudonym>`."""

    id: uuid.UUID
    text: str
    thread_id: int | None
    pin_state: PinState | None
    at: datetime | None
    state: BroadcastState
    message_id: int | None
    error: str | None
    created_by: str
    created_at: datetime
    sent_at: datetime | None


class Broadcasts(Out):
    items: list[BroadcastOut]
    next_cursor: str | None


# -- signals --------------------------------------------------------------------------------------


class SignalIn(Strict):
    """`confidence` from 0 to 1, `ev` in percent; of `sport` and `market` one at least."""

    type: Slug
    name: SignalName
    market_id: MarketId
    confidence: Confidence
    ev: ExpectedValue
    expires_at: Moment
    sport: Name | None = None
    market: Name | None = None


class SignalChange(Strict):
    """What is not named stays as it was."""

    type: Slug = unchanged()
    name: SignalName = unchanged()
    market_id: MarketId = unchanged()
    confidence: Confidence = unchanged()
    ev: ExpectedValue = unchanged()
    expires_at: Moment = unchanged()
    sport: Name | None = unchanged()
    market: Name | None = unchanged()


class SettleIn(Strict):
    result: SignalResult
    pnl: Profit | None = None


class SignalQuery(ListQuery):
    state: SignalState | None = None


class SignalPath(Strict):
    signal_id: uuid.UUID


class SignalOut(Out):
    """`post_state` and `pin_state` tell of its message in the chat, `error` why there is none, or
    none pinned."""

    id: uuid.UUID
    type: str
    name: str
    market_id: str
    confidence: Amount
    ev: Amount
    sport: str | None
    market: str | None
    expires_at: datetime
    state: SignalState
    result: SignalResult | None
    pnl: Amount | None
    post_state: PostState
    message_id: int | None
    pin_state: PinState
    error: str | None
    created_at: datetime
    ended_at: datetime | None


class Signals(Out):
    items: list[SignalOut]
    next_cursor: str | None
