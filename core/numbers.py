"""Decimal arithmetic for money and quantities. Floats never enter; see `exact`."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

ZERO = Decimal(0)
HUNDRED = Decimal(100)
BPS = Decimal(10_000)


def exact(text: str | int | Decimal) -> Decimal:
    """A finite Decimal from an exact form. Raises ValueError for anything else, floats included."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise ValueError(f"not an exact number: {text!r}")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a finite number: {text!r}")
    return number


def floor_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `quantity` (quantity ≥ 0, step > 0)."""
    return (quantity / step).to_integral_value(ROUND_FLOOR) * step


def ceil_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `quantity`."""
    return (quantity / step).to_integral_value(ROUND_CEILING) * step


def plain(number: Decimal) -> str:
    """Canonical text without exponent or trailing zeros: `0.1`, `25`, `0`."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
