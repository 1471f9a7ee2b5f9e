"""Which positions a request touches, and how much of each may be touched. Pure."""

from __future__ import annotations

from decimal import Decimal

from core.numbers import ZERO
from trading.plans import Book, BookPosition
from trading.requests import PnlFilter, Scope


class UnknownSymbols(Exception):
    """The request names symbols that the exchange does not trade in this market."""

    def __init__(self, symbols: tuple[str, ...]) -> None:
        super().__init__(", ".join(symbols))
        self.symbols = symbols


def in_scope(book: Book, scope: Scope) -> list[tuple[BookPosition, Decimal]]:
    """The positions that the scope lets through, each with the quantity that may be touched.

    Raises UnknownSymbols for a name that is no instrument of the book's market.
    """
    _refuse_unknown(book, scope)
    kept = scope.kept
    found = []
    for position in book.positions:
        if not _matches(position, scope):
            continue
        touchable = position.size
        if position.symbol in kept:
            keep = kept[position.symbol]
            if keep is None:
                continue
            touchable = max(ZERO, position.size - keep)
        found.append((position, touchable))
    return found


def _matches(position: BookPosition, scope: Scope) -> bool:
    if scope.symbols and position.symbol not in scope.symbols:
        return False
    if scope.sides and position.side not in scope.sides:
        return False
    if scope.categories and position.category not in scope.categories:
        return False
    if scope.pnl is None:
        return True
    # A holding without a known entry is neither winner nor loser.
    profit = position.unrealised_pnl
    if profit is None or profit == 0:
        return False
    return (profit > 0) == (scope.pnl is PnlFilter.WINNERS)


def _refuse_unknown(book: Book, scope: Scope) -> None:
    known = {symbol for _, symbol in book.instruments} | {p.symbol for p in book.positions}
    named = {*scope.symbols, *(exemption.symbol for exemption in scope.exempt)}
    unknown = named - known
    if unknown:
        raise UnknownSymbols(tuple(sorted(unknown)))
