"""The book that a newcomer gets: long and short, small and huge, dust, stops, coins."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from sandbox.bybit.catalogue import Listing

# symbol, side, worth in dollars, entry against the price now in basis points, leverage
_LINEAR = """
BTCUSDT Buy 24000 -310 10
ETHUSDT Buy 15500 -120 10
SOLUSDT Sell 9100 240 8
XRPUSDT Buy 4200 90 5
DOGEUSDT Sell 2750 -180 5
ADAUSDT Buy 1900 410 5
AVAXUSDT Sell 3300 150 10
LINKUSDT Buy 2600 -75 10
DOTUSDT Buy 1250 620 5
LTCUSDT Sell 2100 35 5
BNBUSDT Buy 5200 -260 10
ATOMUSDT Sell 900 -95 5
NEARUSDT Buy 1480 130 5
ARBUSDT Buy 760 540 5
OPUSDT Sell 1120 210 5
SUIUSDT Buy 2040 -330 10
INJUSDT Sell 1330 -60 5
AAVEUSDT Buy 1750 85 5
1000BONKUSDT Buy 640 -450 3
WIFUSDT Sell 880 300 3
TONUSDT Buy 1360 -140 5
BTCPERP Sell 6400 110 10
ETHPERP Buy 3100 -50 10
"""
_INVERSE = """
BTCUSD Buy 5000 -200 5
ETHUSD Sell 2500 150 5
"""
_COINS = {
    "BTC": "0.4213",
    "ETH": "3.2177",
    "SOL": "41.337",
    "XRP": "2150.4",
    "ADA": "1830",
    "LINK": "96.41",
    "AVAX": "33.812",
    "DOT": "155.2",
    "LTC": "9.8123",
    "NEAR": "240.75",
    "ATOM": "61.204",
    "TON": "88.31",
    "UNI": "42.6",
    "DOGE": "17.3",
    "USDT": "180000",
    "USDC": "60000",
}


def demo_balances() -> dict[str, str]:
    """Coins of the wallet; DOGE is dust below the exchange's minimum."""
    return dict(_COINS)


def demo_positions(listings: dict[tuple[str, str], Listing]) -> list[dict[str, Any]]:
    """Futures positions, each on its lot step; two with stops, one above a market order's
    maximum, one of a single lot step."""
    rows: list[dict[str, Any]] = []
    for category, table in (("linear", _LINEAR), ("inverse", _INVERSE)):
        for line in table.split("\n"):
            if not line:
                continue
            symbol, side, worth, offset, leverage = line.split()
            listing = listings[category, symbol]
            unit = listing.notional(Decimal(1), listing.price)
            steps = (Decimal(worth) / unit / listing.lot_step).to_integral_value(ROUND_FLOOR)
            entry = listing.price * (1 + Decimal(offset) / 10_000)
            rows.append(
                {
                    "category": category,
                    "symbol": symbol,
                    "side": side,
                    "size": str(max(Decimal(1), steps) * listing.lot_step),
                    "entry_price": str(_on_tick(entry, listing)),
                    "leverage": leverage,
                }
            )
    _attach_stops(rows[0], listings)
    _attach_stops(rows[2], listings)
    huge = listings["linear", "HBARUSDT"]
    rows.append(
        {
            "category": "linear",
            "symbol": huge.symbol,
            "side": "Buy",
            "size": "90000",
            "entry_price": str(huge.price),
            "leverage": "20",
        }
    )
    dust = listings["linear", "GMXUSDT"]
    rows.append(
        {
            "category": "linear",
            "symbol": dust.symbol,
            "side": "Buy",
            "size": str(dust.lot_step),
            "entry_price": str(dust.price),
            "leverage": "5",
        }
    )
    return rows


def _attach_stops(row: dict[str, Any], listings: dict[tuple[str, str], Listing]) -> None:
    listing = listings[row["category"], row["symbol"]]
    up = row["side"] == "Buy"
    high, low = listing.price * Decimal("1.2"), listing.price * Decimal("0.8")
    row["take_profit"] = str(_on_tick(high if up else low, listing))
    row["stop_loss"] = str(_on_tick(low if up else high, listing))


def _on_tick(price: Decimal, listing: Listing) -> Decimal:
    return max(listing.tick, (price / listing.tick).to_integral_value(ROUND_FLOOR) * listing.tick)
