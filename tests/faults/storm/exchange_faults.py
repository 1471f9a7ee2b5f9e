"""What the exchange does wrong by itself, in a share of all calls."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.faults.storm.house import House

_OF_CALLS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "accept_then_drop"},
    {"kind": "http_status", "code": 502},
    {"kind": "accept_then_5xx", "code": 502},
    {"kind": "ret_code", "code": 10016},
    {"kind": "accept_then_ret_code", "code": 10016},
    {"kind": "ret_code", "code": 10006},
    {"kind": "delay", "ms": 300},
)
_OF_ORDERS: tuple[dict[str, Any], ...] = ({"kind": "partial_fill", "ratio": "0.4"},)


def begin(house: House, seed: int, chance: Decimal) -> None:
    """From now on about this share of all calls goes wrong, and this share of orders fills in
    part."""
    for faults, each in ((_OF_CALLS, chance / len(_OF_CALLS)), (_OF_ORDERS, chance)):
        for number, fault in enumerate(faults):
            body = {**fault, "count": -1, "chance": str(each), "seed": seed + number}
            house.control("POST", "faults", body)


def end(house: House) -> Counter[str]:
    """The exchange behaves again; how often which fault struck."""
    hits: Counter[str] = Counter()
    for fault in house.control("GET", "faults")["items"]:
        hits[fault["kind"]] += fault["hits"]
    house.control("DELETE", "faults")
    return hits
