"""Keep the exchange across restarts: one file, written whole and put in place at once."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path

from sandbox.bybit.account import ZERO, Account
from sandbox.bybit.engine import Engine

_FORMAT = 3


def save(engine: Engine, demo: dict[str, int], file: Path) -> None:
    """Write the state; a crash in between leaves the old file whole."""
    state = {
        "format": _FORMAT,
        "accounts": engine.accounts,
        "prices": {key: listing.price for key, listing in engine.listings.items()},
        "seq": engine.seq,
        "resting": [order.order_id for _, order in engine.resting.values()],
        "ledger": engine.ledger.dump(),
        "demo": demo,
    }
    temporary = file.with_suffix(".tmp")
    temporary.write_bytes(pickle.dumps(state))
    temporary.replace(file)


def load(engine: Engine, demo: dict[str, int], file: Path) -> bool:
    """Read the state back, if there is one. The file is our own: nobody else writes it."""
    if not file.exists():
        return False
    state = pickle.loads(file.read_bytes())  # noqa: S301 - written by `save` beside the checkout
    if state.get("format") not in (1, 2, _FORMAT):
        return False
    engine.accounts = state["accounts"]
    if state["format"] == 1:
        _add_profits(engine.accounts.values())
    if state["format"] < _FORMAT:
        _add_public_keys(engine.accounts.values())
    engine.by_key = {account.api_key: account for account in engine.accounts.values()}
    for key, price in state["prices"].items():
        if key in engine.listings:
            engine.listings[key].price = price
    engine.seq = state["seq"]
    engine.ledger.load(state["ledger"])
    for account in engine.accounts.values():
        for order_id in state["resting"]:
            if order_id in account.orders:
                engine.resting[order_id] = (account, account.orders[order_id])
    demo.update(state["demo"])
    return True


def _add_profits(accounts: Iterable[Account]) -> None:
    """Format 1 did not keep what an order and its fills realised."""
    for account in accounts:
        for order in account.orders.values():
            order.closed_pnl = ZERO
        for done in account.executions:
            done.pnl = ZERO


def _add_public_keys(accounts: Iterable[Account]) -> None:
    """Formats 1 and 2 knew no RSA keys."""
    for account in accounts:
        account.rsa_public_key = ""
