"""JSON without floats: numbers of a request arrive as Decimals, NaN and Infinity are refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask.json.provider import DefaultJSONProvider

from core.numbers import exact

_MAX_EXPONENT = 1000


def bounded(value: str | int | Decimal) -> Decimal:
    """A finite Decimal that is safe to calculate with. Raises ValueError for anything else.

    An exponent costs a sender a few bytes. As an int or as plain text, the number behind it takes
    all the memory there is.
    """
    number = exact(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MAX_EXPONENT:
        raise ValueError("the number has too many decimals")
    if number.adjusted() > _MAX_EXPONENT:
        raise ValueError("the number is too large")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice: which one was meant?")
    return found


class ExactJSON(DefaultJSONProvider):
    """The application's JSON: exact in, each name once, key order kept out."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(
            s,
            parse_float=bounded,
            parse_constant=_no_constant,
            object_pairs_hook=_one_of_each,
            **kwargs,
        )
