"""What the exchange says, typed: frozen values with Decimals for each thing Ebb reads or sends.

Field meanings follow Bybit v5 (reference §4 and §10). A field that the exchange may leave empty
is None, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.numbers import ZERO


class ExchangeEnvironment(StrEnum):
    """Which Bybit a key belongs to; a key of one is refused by the others."""

    MAINNET = "mainnet"
    TESTNET = "testnet"
    DEMO = "demo"
    SANDBOX = "sandbox"


class Category(StrEnum):
    """Bybit's product categories that Ebb trades."""

    LINEAR = "linear"
    INVERSE = "inverse"
    SPOT = "spot"

    @property
    def is_derivative(self) -> bool:
        return self is not Category.SPOT


class Side(StrEnum):
    """Of an order or a position; Bybit's own spelling."""

    BUY = "Buy"
    SELL = "Sell"

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY


@dataclass(frozen=True, slots=True)
class Instrument:
    """The exchange's rules for a symbol. Quantities in the unit of `qty` (inverse: contracts
    of one quote unit; spot: base coin); `min_notional` in quote currency, None if it has none."""

    category: Category
    symbol: str
    base_coin: str
    quote_coin: str
    settle_coin: str
    trading: bool
    lot_step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal | None
    tick_size: Decimal

    def notional(self, qty: Decimal, price: Decimal) -> Decimal:
        """Worth of a quantity in quote currency; an inverse contract is worth one quote unit."""
        return qty if self.category is Category.INVERSE else qty * price


@dataclass(frozen=True, slots=True)
class Position:
    """An open futures position (size > 0). `position_idx` 0 one-way, 1 hedge buy, 2 hedge sell.

    `value` is in quote currency for linear; for inverse it is the base-coin value as Bybit
    gives it. `unrealised_pnl` and `margin` (the initial margin it uses) in settle currency.
    """

    category: Category
    symbol: str
    side: Side
    size: Decimal
    position_idx: int
    entry_price: Decimal
    mark_price: Decimal
    value: Decimal
    unrealised_pnl: Decimal
    leverage: Decimal | None
    margin: Decimal | None
    liq_price: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    trailing_stop: Decimal | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """One coin of the unified wallet."""

    coin: str
    wallet_balance: Decimal
    locked: Decimal
    spot_borrow: Decimal
    equity: Decimal
    usd_value: Decimal

    @property
    def sellable(self) -> Decimal:
        """What spot may sell: neither locked in orders nor borrowed (reference §4)."""
        return max(ZERO, self.wallet_balance - self.spot_borrow - self.locked)


@dataclass(frozen=True, slots=True)
class Ticker:
    """Prices of a symbol now; `mark` falls back to last where the category has no mark price."""

    category: Category
    symbol: str
    last: Decimal
    mark: Decimal
    bid: Decimal | None
    ask: Decimal | None


@dataclass(frozen=True, slots=True)
class FeeRate:
    """Taker and maker fee as a fraction of the notional."""

    symbol: str
    taker: Decimal
    maker: Decimal


@dataclass(frozen=True, slots=True)
class FundingRate:
    """What a long paid a short at one settlement, as a fraction of the position's value; negative:
    what it got."""

    at: datetime
    rate: Decimal


class OrderStatus(StrEnum):
    """Bybit's order statuses (reference §3)."""

    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    UNTRIGGERED = "Untriggered"
    TRIGGERED = "Triggered"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    PARTIALLY_FILLED_CANCELED = "PartiallyFilledCanceled"
    REJECTED = "Rejected"
    DEACTIVATED = "Deactivated"

    @property
    def is_closed(self) -> bool:
        return self not in _OPEN


_OPEN = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.UNTRIGGERED,
        OrderStatus.TRIGGERED,
    }
)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One order to place. `limit_price` None is a market order, else an IOC limit.

    `qty` is always in base units (spot buys are sent with `marketUnit=baseCoin`).
    `position_idx` and `reduce_only` are for derivatives only.
    """

    category: Category
    symbol: str
    side: Side
    qty: Decimal
    order_link_id: str
    reduce_only: bool = False
    position_idx: int = 0
    limit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the exchange reports it."""

    category: Category
    symbol: str
    order_id: str
    order_link_id: str
    status: OrderStatus
    side: Side
    qty: Decimal
    filled_qty: Decimal
    avg_price: Decimal | None
    reject_reason: str
    cancel_type: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill, unique by `exec_id`. `fee` in `fee_currency`, positive is paid."""

    exec_id: str
    category: Category
    symbol: str
    order_id: str
    order_link_id: str
    side: Side
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    fee_currency: str
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key may do (`user/query-api`, reference §5)."""

    read_only: bool
    permissions: Mapping[str, tuple[str, ...]]
    ips: tuple[str, ...]
    expires_at: datetime | None
    unified: bool
    user_id: str

    @property
    def can_withdraw(self) -> bool:
        return "Withdraw" in self.permissions.get("Wallet", ())

    @property
    def can_trade_futures(self) -> bool:
        contract = self.permissions.get("ContractTrade", ())
        return not self.read_only and (
            {"Order", "Position"} <= set(contract)
            or "DerivativesTrade" in self.permissions.get("Derivatives", ())
        )

    @property
    def can_trade_spot(self) -> bool:
        return not self.read_only and "SpotTrade" in self.permissions.get("Spot", ())
