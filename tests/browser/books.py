"""Accounts at the sandbox that are quick to trade and hold one position of each kind."""

from __future__ import annotations

from typing import Any


def _linear(symbol: str, side: str, size: str, **more: str) -> dict[str, str]:
    return {"category": "linear", "symbol": symbol, "side": side, "size": size, **more}


NOTHING: dict[str, Any] = {"balances": {"USDT": "1000"}}
"""A wallet, no position."""

FEW: dict[str, Any] = {
    "balances": {"USDT": "180000", "BTC": "0.4213", "ETH": "3.2177", "DOGE": "17.3"},
    "positions": [
        _linear("BTCUSDT", "Buy", "0.375", entry_price="62000", take_profit="76800"),
        _linear("ETHUSDT", "Sell", "5.23", entry_price="3050", stop_loss="3720"),
        _linear("SOLUSDT", "Sell", "59.7", entry_price="156"),
        _linear("XRPUSDT", "Buy", "7906.3", entry_price="0.5359"),
        # One lot step: nothing below 100 % can be taken from it.
        _linear("GMXUSDT", "Buy", "0.01"),
        {"category": "inverse", "symbol": "BTCUSD", "side": "Buy", "size": "5000"},
    ],
}
"""A few positions and coins; no rate limits, so that a job is over in a moment."""
