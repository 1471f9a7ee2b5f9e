"""What an account's owner exempts from every reduce of that account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from core.numbers import exact, plain
from core.problems import FieldError, Problem
from exchange.gateway import Gateway
from exchange.outcomes import ExchangeError
from exchange.types import Category
from models.users import Account
from trading.requests import Exemption, ReduceRequest, Scope


def exempted(account: Account) -> tuple[Exemption, ...]:
    """The account's list, each symbol once."""
    return tuple(
        Exemption(row["symbol"], None if row["keep_qty"] is None else exact(row["keep_qty"]))
        for row in account.exempt
    )


def stored(exempt: Iterable[Exemption]) -> list[dict[str, Any]]:
    """The list as the account's row holds it. Of a symbol that comes twice the widest holds."""
    return [
        {"symbol": symbol, "keep_qty": None if keep is None else plain(keep)}
        for symbol, keep in Scope(exempt=tuple(exempt)).kept.items()
    ]


def respecting(account: Account, request: ReduceRequest) -> ReduceRequest:
    """The request with what its account exempts."""
    return replace(request, scope=replace(request.scope, account_exempt=exempted(account)))


def refuse_unknown(gateway: Gateway, exempt: list[Exemption], known: set[str]) -> None:
    """Raise Problem `unknown_symbol` for what the exchange trades in no market; a misspelt name
    would protect nothing. `known` passes: it may have been delisted since it was listed here. Where
    the exchange can't be asked, all pass."""
    if all(exemption.symbol in known for exemption in exempt):
        return
    try:
        traded = {symbol for category in Category for symbol in gateway.instruments(category)}
    except ExchangeError:
        return
    unknown = [
        (place, exemption.symbol)
        for place, exemption in enumerate(exempt)
        if exemption.symbol not in traded | known
    ]
    if unknown:
        raise Problem(
            "unknown_symbol",
            400,
            values={"symbols": ", ".join(symbol for _, symbol in unknown)},
            errors=tuple(
                FieldError(f"exempt.{place}.symbol", "unknown_symbol", {"symbol": symbol})
                for place, symbol in unknown
            ),
        )
