"""Numbers for people, in their language: as the Mini App shows them (webapp/src/shared/money)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from core.numbers import exact, plain

_CENT = Decimal("0.01")
_SEPARATORS = {"en": (",", "."), "ru": ("\u00a0", ",")}
_MINUS = "\u2212"
_THOUSANDS = re.compile(r"\B(?=(\d{3})+(?!\d))")
_DOLLARS = frozenset({"USD", "USDT", "USDC", "USDE", "DAI"})
_SMALL = Decimal("0.1")
_EIGHT_PLACES = Decimal("0.00000001")
_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_UP)


def number(amount: Decimal, language: str) -> str:
    """All its digits, thousands grouped."""
    return _grouped(plain(amount), language)


def money(amount: Decimal, language: str) -> str:
    """An amount of quote currency, to cents."""
    return _grouped(format(amount.quantize(_CENT, ROUND_HALF_UP), "f"), language)


def signed(amount: Decimal, language: str) -> str:
    """Money with a plus before gains."""
    return f"{'+' if amount > 0 else ''}{money(amount, language)}"


def coins(amounts: Mapping[str, str], language: str, *, plus: bool = False) -> str:
    """`12.50 USDT · −0.0001 BTC`; a dash where there is nothing. `plus`: before gains."""
    parts = []
    for coin, told in amounts.items():
        amount = exact(told)
        sign = "+" if plus and amount > 0 else ""
        parts.append(f"{sign}{_of_coin(amount, coin, language)} {coin}")
    return " · ".join(parts) or "—"


def _of_coin(amount: Decimal, coin: str, language: str) -> str:
    """Dollars to cents, or two digits where cents show nothing; others to eight places."""
    if coin not in _DOLLARS:
        return number(amount.quantize(_EIGHT_PLACES, ROUND_HALF_EVEN), language)
    if not amount or abs(amount) >= _SMALL:
        return money(amount, language)
    return number(_TWO_DIGITS.plus(amount), language)


def _grouped(text: str, language: str) -> str:
    group, point = _SEPARATORS.get(language, _SEPARATORS["en"])
    whole, _, fraction = text.removeprefix("-").partition(".")
    thousands = _THOUSANDS.sub(group, whole)
    minus = _MINUS if text.startswith("-") else ""
    return f"{minus}{thousands}{point + fraction if fraction else ''}"
