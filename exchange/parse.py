"""The exchange's answers to our types. Empty text and null mean absent; unknown fields are left
alone (reference §4). A row that lacks what we need raises MalformedAnswer with its name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core import clock
from core.logs import get_logger
from core.numbers import ZERO
from exchange.outcomes import Unreachable
from exchange.types import (
    Balance,
    Category,
    Execution,
    FeeRate,
    FundingRate,
    Instrument,
    KeyInfo,
    Order,
    OrderStatus,
    Position,
    Side,
    Ticker,
)

log = get_logger(__name__)
Row = Mapping[str, Any]


class MalformedAnswer(Unreachable):
    """An answer without a field that it must have: as good as no answer."""

    def __init__(self, field: str) -> None:
        super().__init__(0, f"answer without a usable {field!r}")


def optional_number(row: Row, field: str) -> Decimal | None:
    """The number in a text field; None for "", null or a missing field."""
    value = row.get(field)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise MalformedAnswer(field) from None
    if not number.is_finite():
        raise MalformedAnswer(field)
    return number


def number(row: Row, field: str) -> Decimal:
    """A number that must be there."""
    found = optional_number(row, field)
    if found is None:
        raise MalformedAnswer(field)
    return found


def positive(row: Row, field: str) -> Decimal | None:
    """A number where zero means "not set" (prices of stops, leverage)."""
    found = optional_number(row, field)
    return found if found else None


def text(row: Row, field: str) -> str:
    """A text that must be there."""
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise MalformedAnswer(field)
    return value


def moment(row: Row, field: str) -> datetime | None:
    """A time from milliseconds; None where absent or zero."""
    value = str(row.get(field) or "")
    return clock.from_ms(int(value)) if value.isdigit() and int(value) else None


def instrument(category: Category, row: Row) -> Instrument:
    lot, price = row.get("lotSizeFilter") or {}, row.get("priceFilter") or {}
    spot = category is Category.SPOT
    max_qty = _first(lot, "maxLimitOrderQty" if spot else "maxOrderQty", "maxOrderQty")
    max_market = _first(lot, "maxMarketOrderQty" if spot else "maxMktOrderQty")
    quote = text(row, "quoteCoin")
    return Instrument(
        category=category,
        symbol=text(row, "symbol"),
        base_coin=text(row, "baseCoin"),
        quote_coin=quote,
        settle_coin=quote if spot else text(row, "settleCoin"),
        trading=row.get("status") == "Trading",
        lot_step=number(lot, "basePrecision" if spot else "qtyStep"),
        min_qty=number(lot, "minOrderQty"),
        max_qty=max_qty or max_market or number(lot, "maxOrderQty"),
        max_market_qty=max_market or max_qty or number(lot, "maxOrderQty"),
        min_notional=positive(lot, "minOrderAmt" if spot else "minNotionalValue"),
        tick_size=number(price, "tickSize"),
    )


def _first(row: Row, *fields: str) -> Decimal | None:
    """The first of the fields that holds a number above zero."""
    return next((found for found in (positive(row, name) for name in fields) if found), None)


def position(category: Category, row: Row) -> Position | None:
    """An open position; None for an empty one (side "" or size 0)."""
    size = number(row, "size")
    if row.get("side") not in (Side.BUY, Side.SELL) or size <= 0:
        return None
    return Position(
        category=category,
        symbol=text(row, "symbol"),
        side=Side(row["side"]),
        size=size,
        position_idx=int(row.get("positionIdx") or 0),
        entry_price=number(row, "avgPrice"),
        mark_price=number(row, "markPrice"),
        value=optional_number(row, "positionValue") or ZERO,
        unrealised_pnl=optional_number(row, "unrealisedPnl") or ZERO,
        leverage=positive(row, "leverage"),
        margin=optional_number(row, "positionIM"),
        liq_price=positive(row, "liqPrice"),
        take_profit=positive(row, "takeProfit"),
        stop_loss=positive(row, "stopLoss"),
        trailing_stop=positive(row, "trailingStop"),
        updated_at=moment(row, "updatedTime"),
    )


def balance(row: Row) -> Balance:
    return Balance(
        coin=text(row, "coin"),
        wallet_balance=optional_number(row, "walletBalance") or ZERO,
        locked=optional_number(row, "locked") or ZERO,
        spot_borrow=optional_number(row, "spotBorrow") or ZERO,
        equity=optional_number(row, "equity") or ZERO,
        usd_value=optional_number(row, "usdValue") or ZERO,
    )


def ticker(category: Category, row: Row) -> Ticker | None:
    """Prices of a symbol; None while it has none (before its listing)."""
    last = positive(row, "lastPrice")
    if last is None:
        return None
    return Ticker(
        category=category,
        symbol=text(row, "symbol"),
        last=last,
        mark=positive(row, "markPrice") or last,
        bid=positive(row, "bid1Price"),
        ask=positive(row, "ask1Price"),
    )


def fee_rate(row: Row) -> FeeRate:
    return FeeRate(
        symbol=text(row, "symbol"),
        taker=number(row, "takerFeeRate"),
        maker=number(row, "makerFeeRate"),
    )


def funding_rate(row: Row) -> FundingRate:
    at = moment(row, "fundingRateTimestamp")
    if at is None:
        raise MalformedAnswer("fundingRateTimestamp")
    return FundingRate(at=at, rate=number(row, "fundingRate"))


def order(category: Category, row: Row) -> Order:
    word = text(row, "orderStatus")
    try:
        status = OrderStatus(word)
    except ValueError:
        # Unknown is not closed: nothing may be concluded from it.
        log.warning("exchange.unknown_order_status", status=word)
        status = OrderStatus.NEW
    return Order(
        category=category,
        symbol=text(row, "symbol"),
        order_id=text(row, "orderId"),
        order_link_id=str(row.get("orderLinkId") or ""),
        status=status,
        side=Side(text(row, "side")),
        qty=number(row, "qty"),
        filled_qty=optional_number(row, "cumExecQty") or ZERO,
        avg_price=positive(row, "avgPrice"),
        reject_reason=str(row.get("rejectReason") or ""),
        cancel_type=str(row.get("cancelType") or ""),
        created_at=moment(row, "createdTime"),
    )


def execution(category: Category, row: Row) -> Execution | None:
    """A trade; None for rows that are no trade of ours (funding, settlement)."""
    if row.get("execType") not in ("Trade", "AdlTrade", "BustTrade", None, ""):
        return None
    executed_at = moment(row, "execTime")
    if executed_at is None:
        raise MalformedAnswer("execTime")
    return Execution(
        exec_id=text(row, "execId"),
        category=category,
        symbol=text(row, "symbol"),
        order_id=text(row, "orderId"),
        order_link_id=str(row.get("orderLinkId") or ""),
        side=Side(text(row, "side")),
        price=number(row, "execPrice"),
        qty=number(row, "execQty"),
        value=optional_number(row, "execValue") or ZERO,
        fee=optional_number(row, "execFee") or ZERO,
        fee_currency=str(row.get("feeCurrency") or ""),
        executed_at=executed_at,
    )


def key_info(row: Row) -> KeyInfo:
    """`expiredAt` counts only for keys that expire: 1970 stands for "never"."""
    permissions = row.get("permissions") or {}
    expires: datetime | None = None
    raw = str(row.get("expiredAt") or "")
    if raw:
        try:
            expires = datetime.fromisoformat(raw.replace("Z", "+00:00")).astimezone(UTC)
        except ValueError:
            raise MalformedAnswer("expiredAt") from None
    return KeyInfo(
        read_only=int(row.get("readOnly") or 0) == 1,
        permissions={
            str(name): tuple(str(word) for word in words or ())
            for name, words in permissions.items()
        },
        ips=tuple(ip for ip in row.get("ips") or () if ip and ip != "*"),
        expires_at=expires if expires and expires.year > 1970 else None,
        unified=int(row.get("uta") or row.get("unified") or 0) == 1,
        user_id=str(row.get("userID") or ""),
    )
