"""What the streams' messages look like: the rows of the answers, with what a stream has apart.

Sources: the exchange's pages "websocket/private" and its recorded messages.
"""

from __future__ import annotations

import uuid

from sandbox.bybit import answers
from sandbox.bybit.account import Account, Execution, Listings, Order, Position
from sandbox.bybit.answers import Row, num
from sandbox.bybit.catalogue import Listing
from sandbox.bybit.changes import Subject
from sandbox.bybit.engine import now_ms

_NOT_OF_A_STREAM = {
    "order": ("basePrice", "extraFees"),
    "execution": ("execFeeV2",),
    "position": ("avgPrice",),
}
_NOT_OF_SPOT = ("createType", "tpslMode")


def message(topic: str, account: Account, row: Row) -> Row:
    """The envelope: `id` (account, symbol and `seq` where the row has one, as there), `topic` as it
    was subscribed, `creationTime` in ms, `data` with one row."""
    identity = f"{account.uid}_{row['symbol']}_{row['seq']}" if "seq" in row else ""
    return {
        "id": identity or f"{account.uid}{uuid.uuid4()}",
        "topic": topic,
        "creationTime": now_ms(),
        "data": [row],
    }


def describe(account: Account, subject: Subject, listings: Listings) -> tuple[str, str, Row]:
    """Topic, category ("" for the wallet) and row of what changed, as it is now."""
    match subject:
        case Order():
            listing = listings[subject.category, subject.symbol]
            return "order", subject.category, _order(listing, subject)
        case Execution():
            return "execution", subject.order.category, _execution(subject)
        case Position():
            return "position", subject.category, _position(account, subject, listings)
        case _:
            return "wallet", "", _wallet(account, listings)


def _order(listing: Listing, order: Order) -> Row:
    bought = listing.category == "spot" and order.side == "Buy"
    row = answers.order(listing, order) | {
        "category": order.category,
        "brokerOrderPrice": "",
        "closedPnl": num(order.closed_pnl),
        "feeCurrency": listing.base if bought else listing.settle,
    }
    return _without(row, "order", order.category)


def _execution(done: Execution) -> Row:
    category = done.order.category
    row = answers.execution(done) | {
        "category": category,
        "isLeverage": "0",
        "marketUnit": done.order.market_unit,
        "execPnl": num(done.pnl),
    }
    return _without(row, "execution", category)


def _position(account: Account, held: Position, listings: Listings) -> Row:
    (row,) = answers.positions(account, listings, [held])
    row |= {
        "category": held.category,
        "entryPrice": num(held.entry),
        # Look-ups leave these empty when unset, streams say 0.
        "takeProfit": num(held.take_profit),
        "stopLoss": num(held.stop_loss),
    }
    return _without(row, "position", held.category)


def _wallet(account: Account, listings: Listings) -> Row:
    row = answers.wallet(account, listings, set())
    # Documented as "UPL", recorded as "Upl": a client may look for either.
    return row | {"totalPerpUpl": row["totalPerpUPL"]}


def _without(row: Row, topic: str, category: str) -> Row:
    left_out = (*_NOT_OF_A_STREAM[topic], *(_NOT_OF_SPOT if category == "spot" else ()))
    return {name: value for name, value in row.items() if name not in left_out}
