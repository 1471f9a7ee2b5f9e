"""What people write behind a command: `25 spot BTCUSDT`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.looking import Refusal
from models.states import MarketType
from trading.requests import check_percent

_MARKETS = {
    "spot": MarketType.SPOT,
    "спот": MarketType.SPOT,
    "futures": MarketType.FUTURES,
    "фьючерсы": MarketType.FUTURES,
}
_PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?%?")
# With a letter in it: a number that is no percentage is no symbol either.
_SYMBOL = re.compile(r"(?=[0-9-]*[A-Z])[A-Z0-9-]{2,32}")
_MOST_SYMBOLS = 50


@dataclass(frozen=True, slots=True)
class Words:
    """What was named, each at most once but for symbols, in any order."""

    percent: Decimal | None = None
    market: MarketType | None = None
    symbols: tuple[str, ...] = ()


def read_words(
    rest: str, usage: str, *, takes_percent: bool = True, takes_symbols: bool = True
) -> Words:
    """Raises Refusal `usage` for what can't be meant; a percentage is above 0 and at most 100."""
    percent, market = None, None
    symbols: list[str] = []
    # "25 %" is one word.
    for word in rest.replace(" %", "%").split():
        if takes_percent and percent is None and _PERCENT.fullmatch(word):
            percent = _percent(word, usage)
        elif market is None and word.lower() in _MARKETS:
            market = _MARKETS[word.lower()]
        elif takes_symbols and _SYMBOL.fullmatch(word.upper()) and len(symbols) < _MOST_SYMBOLS:
            symbols.append(word.upper())
        else:
            raise Refusal(usage)
    return Words(percent, market, tuple(symbols))


def _percent(word: str, usage: str) -> Decimal:
    percent = Decimal(word.removesuffix("%").replace(",", "."))
    try:
        check_percent(percent)
    except ValueError:
        raise Refusal(usage) from None
    return percent
