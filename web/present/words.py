"""Words and amounts that several answers share."""

from __future__ import annotations

from decimal import Decimal

from core.texts import text
from web.problems import language


def reason(reason: str | None) -> str | None:
    return None if reason is None else text(f"reason.{reason}", language())


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
