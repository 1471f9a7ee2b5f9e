"""The preview: the planner on the book as it is now, with nothing sent and nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from core import clock
from core.problems import FieldError, Problem
from models.fills import closing_fees
from models.users import Account
from trading.books import read_book
from trading.desk import Desk
from trading.exemptions import respecting
from trading.funding import questions, rates_of
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Owed, Plan
from trading.requests import ReduceRequest, RestoreRequest
from trading.restore_cost import RestoreCost, restore_cost
from trading.scope import UnknownSymbols
from trading.snapshots import chosen, require_something


def preview_reduce(desk: Desk, account: Account, request: ReduceRequest) -> Plan:
    """The plan a reduce would get now, without what the account exempts. Raises Problem
    `unknown_symbol` and exchange errors."""
    book = read_book(
        desk,
        desk.gateway(account),
        request.market_type,
        account_id=account.id,
    )
    try:
        return plan_reduce(book, respecting(account, request))
    except UnknownSymbols as error:
        raise unknown_symbols(error.symbols) from None


def plan_of_restore(
    desk: Desk, session: Session, account: Account, request: RestoreRequest
) -> Plan:
    """The plan a restore would get now, without its cost. Raises as `preview_restore`."""
    owed = chosen(session, account.id, request)
    require_something(owed)
    return plan_of_owed(desk, account, owed, request)


def plan_of_owed(
    desk: Desk, account: Account, owed: Sequence[Owed], request: RestoreRequest
) -> Plan:
    """The same of what was chosen before: for whoever has no transaction open now."""
    gateway = desk.gateway(account)
    book = read_book(desk, gateway, request.market_type, account_id=account.id, all_prices=True)
    return plan_restore(owed, book, request)


@dataclass(frozen=True, slots=True)
class PricedRestore:
    """A restore's plan, and what coming back by it costs."""

    plan: Plan
    cost: RestoreCost


def preview_restore(
    desk: Desk, session: Session, account: Account, request: RestoreRequest
) -> PricedRestore:
    """The plan a restore would get now. Raises Problem `nothing_to_restore`,
    `snapshot_not_found`, and exchange errors; not for funding that the exchange does not tell."""
    owed = chosen(session, account.id, request)
    require_something(owed)
    fees = closing_fees(session, [item.snapshot_id for item in owed])
    gateway = desk.gateway(account)
    read = partial(
        read_book, desk, gateway, request.market_type, account_id=account.id, all_prices=True
    )
    asked = questions(desk.funding, gateway, account.environment, owed, clock.utcnow())
    # The book's own readings are carried too, so it is read on this thread.
    book, *told = desk.couriers.all([read, *asked])
    plan = plan_restore(owed, book, request)
    return PricedRestore(plan, restore_cost(plan, owed, fees, rates_of(told)))


def unknown_symbols(symbols: tuple[str, ...]) -> Problem:
    """The refusal of a scope that names what the exchange does not trade in this market."""
    return Problem(
        "unknown_symbol",
        400,
        values={"symbols": ", ".join(symbols)},
        errors=tuple(
            FieldError("scope.symbols", "unknown_symbol", {"symbol": symbol}) for symbol in symbols
        ),
    )
