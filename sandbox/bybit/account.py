"""An account: keys, wallet, positions, orders. State and the sums over it; no matching here."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.bybit.catalogue import Listing

ZERO = Decimal(0)
STABLE = ("USDT", "USDC")
Listings = dict[tuple[str, str], Listing]

FULL_PERMISSIONS: dict[str, list[str]] = {
    "ContractTrade": ["Order", "Position"],
    "Spot": ["SpotTrade"],
    "Wallet": ["AccountTransfer"],
    "Options": [],
    "Derivatives": ["DerivativesTrade"],
    "CopyTrading": [],
    "BlockTrade": [],
    "Exchange": ["ExchangeHistory"],
    "NFT": [],
    "Affiliate": [],
    "Earn": [],
}


@dataclass(slots=True)
class Position:
    category: str
    symbol: str
    idx: int
    side: str = ""
    size: Decimal = ZERO
    entry: Decimal = ZERO
    leverage: Decimal = Decimal(10)
    take_profit: Decimal = ZERO
    stop_loss: Decimal = ZERO
    realised: Decimal = ZERO
    created_ms: int = 0
    updated_ms: int = 0
    seq: int = 0

    def pnl(self, listing: Listing) -> Decimal:
        """Unrealised, in the settle coin."""
        if not self.size:
            return ZERO
        direction = 1 if self.side == "Buy" else -1
        if self.category == "inverse":
            return direction * self.size * (1 / self.entry - 1 / listing.price)
        return direction * self.size * (listing.price - self.entry)

    def value(self, listing: Listing) -> Decimal:
        """As the exchange gives it: quote currency, inverse in coins."""
        if self.category == "inverse":
            return self.size / listing.price
        return self.size * listing.price

    def margin_usd(self, listing: Listing) -> Decimal:
        return listing.notional(self.size, listing.price) / self.leverage

    def clear(self) -> None:
        """Closed: its attached stops go with it."""
        self.side, self.size, self.entry = "", ZERO, ZERO
        self.take_profit = self.stop_loss = ZERO


@dataclass(slots=True)
class Order:
    order_id: str
    link_id: str
    category: str
    symbol: str
    side: str
    order_type: str
    tif: str
    qty: Decimal
    price: Decimal
    idx: int
    reduce_only: bool
    created_ms: int
    updated_ms: int
    last_price: Decimal
    status: str = "New"
    filled: Decimal = ZERO
    value: Decimal = ZERO
    fee: Decimal = ZERO
    reject_reason: str = "EC_NoError"
    cancel_type: str = "UNKNOWN"
    market_unit: str = ""
    create_type: str = "CreateByUser"
    locked: Decimal = ZERO
    closed_pnl: Decimal = ZERO

    @property
    def is_open(self) -> bool:
        return self.status in ("New", "PartiallyFilled")


@dataclass(slots=True)
class Execution:
    exec_id: str
    order: Order
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    fee_rate: Decimal
    fee_currency: str
    closed_size: Decimal
    time_ms: int
    seq: int
    mark: Decimal
    pnl: Decimal = ZERO


@dataclass(slots=True)
class Account:
    uid: int
    api_key: str
    api_secret: str
    # In PEM, for a key whose owner signs with RSA; it has no secret then.
    rsa_public_key: str = ""
    environment: str = "sandbox"
    read_only: bool = False
    permissions: dict[str, list[str]] = field(default_factory=lambda: dict(FULL_PERMISSIONS))
    ips: list[str] = field(default_factory=list)
    expired_at: datetime | None = None
    hedge: bool = False
    unified: bool = True
    limits: dict[str, int] | None = None
    limits_on: bool = True
    wallet: dict[str, Decimal] = field(default_factory=dict)
    locked: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[tuple[str, str, int], Position] = field(default_factory=dict)
    leverage: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_link: dict[str, Order] = field(default_factory=dict)
    closed: dict[str, deque[Order]] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    executions_by_order: dict[str, list[Execution]] = field(default_factory=dict)

    def add(self, coin: str, amount: Decimal) -> None:
        self.wallet[coin] = self.wallet.get(coin, ZERO) + amount

    def free(self, coin: str) -> Decimal:
        return self.wallet.get(coin, ZERO) - self.locked.get(coin, ZERO)

    def position(self, category: str, symbol: str, idx: int) -> Position:
        key = (category, symbol, idx)
        found = self.positions.get(key)
        if found is None:
            found = self.positions[key] = Position(category, symbol, idx)
            found.leverage = self.leverage.get((category, symbol), Decimal(10))
        return found

    def available_usd(self, listings: Listings) -> Decimal:
        """Equity less the margin of open positions, in dollars."""
        total = ZERO
        for coin, amount in self.wallet.items():
            total += amount * usd_price(listings, coin)
        for position in self.positions.values():
            if position.size:
                listing = listings[position.category, position.symbol]
                total += position.pnl(listing) * usd_price(listings, listing.settle)
                total -= position.margin_usd(listing)
        return total


def usd_price(listings: Listings, coin: str) -> Decimal:
    if coin in STABLE:
        return Decimal(1)
    for key in (("spot", f"{coin}USDT"), ("linear", f"{coin}USDT"), ("inverse", f"{coin}USD")):
        if key in listings:
            return listings[key].price
    return ZERO


def new_keys() -> tuple[str, str]:
    """A key and a secret of the exchange's lengths."""
    return secrets.token_hex(9), secrets.token_hex(18)
