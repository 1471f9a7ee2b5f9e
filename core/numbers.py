"""Decimal arithmetic for money and quantities. Floats never enter; see `exact`."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation

ZERO = Decimal(0)
HUNDRED = Decimal(100)
BPS = Decimal(10_000)
# A wallet may hold eleven digits of a coin and eighteen decimals: with the default 28 digits a
# product or quotient would be rounded, perhaps up into the next lot.
_WIDE = Context(prec=120)


def exact(text: str | int | Decimal) -> Decimal:
    """A finite Decimal from an exact form. Raises ValueError for anything else, floats included."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise ValueError(f"not an exact number: {text!r}")
    if isinstance(text, str) and not (text.isascii() and "_" not in text):
        # Python reads "1_0" as ten and other scripts' digits too; nobody types money so.
        raise ValueError(f"not a number: {text!r}")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a finite number: {text!r}")
    return number


def floor_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `quantity` (step > 0). Exact."""
    lots = _WIDE.divide_int(quantity, step)
    if _WIDE.multiply(lots, step) > quantity:
        lots = _WIDE.subtract(lots, 1)
    return _WIDE.multiply(lots, step)


def ceil_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `quantity` (step > 0). Exact."""
    return _WIDE.minus(floor_to_step(_WIDE.minus(quantity), step))


def percent_share(whole: Decimal, percent: Decimal) -> Decimal:
    """`percent` of a quantity, unrounded."""
    return _WIDE.divide(_WIDE.multiply(whole, percent), HUNDRED)


def quotient(part: Decimal, whole: Decimal) -> Decimal:
    """`part / whole` to far more digits than any lot step has."""
    return _WIDE.divide(part, whole)


def plain(number: Decimal) -> str:
    """Canonical text without exponent or trailing zeros: `0.1`, `25`, `0`."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
