"""Field types that requests and answers share."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from core.numbers import HUNDRED, plain
from web.json_exact import bounded

_PERCENT_SCHEMA = {
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^(100|[1-9][0-9]?(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$",
        },
        {"type": "number", "exclusiveMinimum": 0, "maximum": 100, "multipleOf": 0.01},
    ],
    "examples": ["25", "12.5"],
}
_QUANTITY_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": r"^[0-9]{1,30}(\.[0-9]{1,30})?$"},
        {"type": "number", "minimum": 0, "exclusiveMaximum": 1e30},
    ],
    "examples": ["0.5", "12"],
}
_MAX_TEXT = 64
# No coin has more decimals.
_FINEST = Decimal("1e-30")
_WIDE = Context(prec=120)


def exact_number(value: Any) -> Decimal:
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        raise PydanticCustomError("not_a_number", "not a number")
    try:
        return bounded(value)
    except ValueError:
        raise PydanticCustomError("not_a_number", "not a number") from None


def _percent(value: Any) -> Decimal:
    percent = exact_number(value)
    if not 0 < percent <= HUNDRED:
        raise PydanticCustomError("percent_out_of_range", "0 < percent <= 100")
    if percent != percent.quantize(Decimal("0.01")):
        raise PydanticCustomError("percent_decimals", "two decimals")
    return percent


def _quantity(value: Any) -> Decimal:
    quantity = exact_number(value)
    if not 0 <= quantity < Decimal("1e30") or quantity != quantity.quantize(_FINEST, context=_WIDE):
        raise PydanticCustomError("out_of_range", "a quantity", {"range": "0 … 1e30"})
    return quantity


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("out_of_range", "a time", {"range": "0001 … 9999"}) from None


Percent = Annotated[Decimal, BeforeValidator(_percent), WithJsonSchema(_PERCENT_SCHEMA)]
Quantity = Annotated[Decimal, BeforeValidator(_quantity), WithJsonSchema(_QUANTITY_SCHEMA)]
Amount = Annotated[
    Decimal, PlainSerializer(plain, return_type=str), WithJsonSchema({"type": "string"})
]
"""A number in an answer: always text."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time of a request. Told in UTC from here on: the database takes no offset beyond 16 hours."""

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
"""A name that a person gives: one line of text, without control characters."""

Cursor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""Where a list goes on, as `next_cursor` told it."""

NumberCursor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{11}$")]
"""The same, of the lists whose rows are numbered."""

Symbol = Annotated[str, Field(min_length=2, max_length=32, pattern=r"^[A-Z0-9-]+$")]


def unchanged(**rules: Any) -> Any:
    """A field of a change that may be left out (`model_fields_set` tells what was named); null is
    a value only where the type says so."""

    def without_default(schema: dict[str, Any]) -> None:
        schema.pop("default", None)

    return Field(default=None, json_schema_extra=without_default, **rules)


class Strict(BaseModel):
    """What a request holds: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **wishes: Any) -> dict[str, Any]:
        """As pydantic makes it; kept where nothing is wished for, which is how flask-openapi3 asks
        for a query's schema in each request. Not to be changed by who gets it."""
        if args or wishes:
            return super().model_json_schema(*args, **wishes)
        return _plain_schema(cls)


@functools.cache
def _plain_schema(model: type[Strict]) -> dict[str, Any]:
    return super(Strict, model).model_json_schema()


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)


class Problem(BaseModel):
    """An error (RFC 9457), as application/problem+json."""

    class Fault(BaseModel):
        field: str
        code: str
        message: str

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Fault] = []
