"""The one id maker: time-ordered ids for rows, and the order ids derived from them."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime

import uuid_utils.compat

ORDER_LINK_PREFIX = "ebb-"
_MAX_ATTEMPT = 99_999


def new_id() -> uuid.UUID:
    """A UUIDv7: unique, and sorted by creation time, so it pages and indexes well."""
    return uuid_utils.compat.uuid7()


def order_link_id(leg_id: uuid.UUID, attempt: int) -> str:
    """The exchange's client order id of a leg's n-th attempt (n from 1).

    A pure function of (leg, attempt): every process that sends the attempt sends the same id, so
    the exchange refuses the second one. 26 base32 letters keep all 128 bits of the leg's id even
    where letter case is not significant; the whole fits Bybit's 36 characters (reference §3).
    """
    if not 1 <= attempt <= _MAX_ATTEMPT:
        raise ValueError(f"attempt must be 1..{_MAX_ATTEMPT}, not {attempt}")
    letters = base64.b32encode(leg_id.bytes).decode().rstrip("=").lower()
    return f"{ORDER_LINK_PREFIX}{letters}-{attempt}"


def first_id_at(moment: datetime) -> uuid.UUID:
    """Not later than any id that was made from then on: what lists go by that know no other
    index."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x8 << 60)
