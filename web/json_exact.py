"""JSON without floats: numbers of a request arrive as Decimals, NaN and Infinity are refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask.json.provider import DefaultJSONProvider


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


class ExactJSON(DefaultJSONProvider):
    """The application's JSON: exact in, key order kept out."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, parse_float=Decimal, parse_constant=_no_constant, **kwargs)
