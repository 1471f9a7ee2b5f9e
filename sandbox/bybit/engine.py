"""Matching: checks an order as the exchange does, fills it at the moving price, keeps the books."""

from __future__ import annotations

import re
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from sandbox.bybit.account import ZERO, Account, Execution, Order, Position
from sandbox.bybit.catalogue import Listing, listings
from sandbox.bybit.changes import Changes
from sandbox.bybit.errors import Refusal, bad_request
from sandbox.bybit.ledger import Ledger

_LINK_ID = re.compile(r"^[A-Za-z0-9_-]{1,36}$")
_CLOSED_KEPT = 500


@dataclass(frozen=True, slots=True)
class FillRule:
    """How a fault bends one order's fill: the share of it that may fill at once, and whether the
    exchange cancels what is left of an order that would wait."""

    ratio: Decimal = Decimal(1)
    cancel_rest: bool = False


NORMAL = FillRule()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Engine:
    """The exchange's state and the only code that changes it."""

    def __init__(self) -> None:
        self.listings = listings()
        self.accounts: dict[int, Account] = {}
        self.by_key: dict[str, Account] = {}
        self.ledger = Ledger()
        self.changes = Changes()
        self.seq = 1_000_000
        self.orders_taken = 0
        self.resting: dict[str, tuple[Account, Order]] = {}

    # -- placing ------------------------------------------------------------------------------

    def place(
        self, account: Account, category: str, body: Mapping[str, Any], rule: FillRule = NORMAL
    ) -> Order:
        """Check and execute one order; raises Refusal as the exchange refuses."""
        listing = self._listing(category, body)
        order = self._order(account, listing, body)
        try:
            self._check_link(account, order)
            self._check_rules(listing, order)
            if category == "spot":
                self._check_balance(account, listing, order)
            else:
                self._check_position(account, listing, order)
        except Refusal as refusal:
            self.ledger.append(
                "order_rejected",
                account.uid,
                category=category,
                symbol=listing.symbol,
                side=order.side,
                qty=order.qty,
                order_link_id=order.link_id,
                code=refusal.code,
                message=refusal.message,
            )
            raise
        self._take(account, order)
        self._match(account, listing, order, rule)
        return order

    def _listing(self, category: str, body: Mapping[str, Any]) -> Listing:
        symbol = body.get("symbol")
        listing = self.listings.get((category, str(symbol)))
        if listing is None:
            raise Refusal(170121 if category == "spot" else 10001, "symbol invalid")
        if listing.status != "Trading":
            code = 170157 if category == "spot" else 110074
            raise Refusal(code, "This contract is not live")
        return listing

    def _order(self, account: Account, listing: Listing, body: Mapping[str, Any]) -> Order:
        side, kind = body.get("side"), body.get("orderType")
        if side not in ("Buy", "Sell"):
            raise bad_request("side invalid")
        if kind not in ("Market", "Limit"):
            raise bad_request("orderType invalid")
        qty = self._number(body, "qty")
        price = self._number(body, "price") if kind == "Limit" else ZERO
        tif = str(body.get("timeInForce") or ("IOC" if kind == "Market" else "GTC"))
        if tif not in ("GTC", "IOC", "FOK", "PostOnly"):
            raise bad_request("timeInForce invalid")
        self._check_tolerance(kind, body)
        spot = listing.category == "spot"
        unit = str(body.get("marketUnit") or "")
        if spot and kind == "Market" and side == "Buy" and unit != "baseCoin":
            # A market buy on spot names what it spends.
            qty = _floor(qty / listing.ask, listing.lot_step)
            unit = "quoteCoin"
        idx = self._position_idx(account, listing, body)
        now = now_ms()
        return Order(
            order_id=str(uuid.uuid4()),
            link_id=str(body.get("orderLinkId") or ""),
            category=listing.category,
            symbol=listing.symbol,
            side=side,
            order_type=kind,
            tif=tif,
            qty=qty,
            price=price,
            idx=idx,
            reduce_only=not spot and bool(body.get("reduceOnly") or body.get("closeOnTrigger")),
            created_ms=now,
            updated_ms=now,
            last_price=listing.price,
            market_unit=unit,
        )

    @staticmethod
    def _number(body: Mapping[str, Any], name: str) -> Decimal:
        value = body.get(name)
        if not isinstance(value, str):
            raise bad_request(f"{name} must be a string")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise bad_request(f"{name} invalid") from None
        if not number.is_finite() or number < 0:
            raise bad_request(f"{name} invalid")
        return number

    def _check_tolerance(self, kind: str, body: Mapping[str, Any]) -> None:
        word = body.get("slippageToleranceType")
        if word is None:
            return
        if kind != "Market" or word not in ("Percent", "TickSize"):
            raise bad_request("slippageToleranceType invalid")
        tolerance = self._number(body, "slippageTolerance")
        low, high = (Decimal("0.01"), 10) if word == "Percent" else (1, 10_000)
        if not low <= tolerance <= high:
            raise bad_request("slippageTolerance out of range")

    @staticmethod
    def _position_idx(account: Account, listing: Listing, body: Mapping[str, Any]) -> int:
        if listing.category == "spot":
            return 0
        idx = body.get("positionIdx", 0)
        if idx not in (0, 1, 2):
            raise bad_request("positionIdx invalid")
        if account.hedge != (idx != 0):
            raise Refusal(10001, "position idx not match position mode")
        return int(idx)

    def _check_link(self, account: Account, order: Order) -> None:
        if not order.link_id:
            return
        if not _LINK_ID.match(order.link_id):
            raise bad_request("orderLinkId invalid")
        if order.link_id in account.by_link:
            spot = order.category == "spot"
            raise Refusal(
                170141 if spot else 110072,
                "Duplicate clientOrderId" if spot else "OrderLinkedID is duplicate",
            )

    def _check_rules(self, listing: Listing, order: Order) -> None:
        spot = listing.category == "spot"
        if order.qty % listing.lot_step and not order.reduce_only:
            raise Refusal(
                170137 if spot else 10001,
                "Order quantity has too many decimals." if spot else "Qty invalid",
            )
        if order.order_type == "Limit" and (order.price <= 0 or order.price % listing.tick):
            raise Refusal(170134 if spot else 10001, "Price invalid")
        most = listing.max_market_qty if order.order_type == "Market" else listing.max_qty
        if order.qty > most and not order.reduce_only:
            raise Refusal(
                170124 if spot else 10001,
                "Order amount too large."
                if spot
                else "The number of contracts exceeds maximum limit allowed: too large",
            )
        if order.reduce_only:
            return
        if order.qty < listing.min_qty:
            raise Refusal(
                170136 if spot else 10001,
                "Order quantity exceeded lower limit."
                if spot
                else "The number of contracts exceeds minimum limit allowed",
            )
        price = order.price or listing.price
        if listing.notional(order.qty, price) < listing.min_notional:
            raise Refusal(
                170140 if spot else 110094,
                "Order value exceeded lower limit."
                if spot
                else "Order does not meet minimum order value",
            )

    def _check_balance(self, account: Account, listing: Listing, order: Order) -> None:
        if order.side == "Sell":
            if account.free(listing.base) < order.qty:
                raise Refusal(170131, "Insufficient balance.")
            return
        price = order.price or listing.ask
        if account.free(listing.quote) < order.qty * price:
            raise Refusal(170131, "Insufficient balance.")

    def _check_position(self, account: Account, listing: Listing, order: Order) -> None:
        position = account.position(listing.category, listing.symbol, order.idx)
        closing = bool(position.side) and position.side != order.side
        if order.idx:
            closing = order.side != ("Buy" if order.idx == 1 else "Sell")
            order.reduce_only = order.reduce_only or closing
        if order.reduce_only:
            if not closing or not position.size:
                raise Refusal(110017, "current position is zero, cannot fix reduce-only order qty")
            if order.qty == 0:
                order.qty = min(position.size, listing.max_market_qty)
            order.qty = min(order.qty, position.size)
            return
        opening = order.qty - (min(order.qty, position.size) if closing else ZERO)
        if opening <= 0:
            return
        price = order.price or listing.price
        needed = listing.notional(opening, price) / position.leverage
        if needed > account.available_usd(self.listings):
            raise Refusal(110007, "ab not enough for new order")

    def _take(self, account: Account, order: Order) -> None:
        account.orders[order.order_id] = order
        if order.link_id:
            account.by_link[order.link_id] = order
        self.orders_taken += 1
        self.ledger.append(
            "order",
            account.uid,
            category=order.category,
            symbol=order.symbol,
            side=order.side,
            qty=order.qty,
            price=order.price,
            order_type=order.order_type,
            order_id=order.order_id,
            order_link_id=order.link_id,
            reduce_only=order.reduce_only,
            position_idx=order.idx,
        )

    # -- matching -----------------------------------------------------------------------------

    def _match(self, account: Account, listing: Listing, order: Order, rule: FillRule) -> None:
        price = listing.ask if order.side == "Buy" else listing.bid
        crosses = order.order_type == "Market" or (
            price <= order.price if order.side == "Buy" else price >= order.price
        )
        if crosses and order.tif == "PostOnly":
            self._close(account, order, "Cancelled", "EC_PostOnlyWillTakeLiquidity")
            return
        if crosses:
            share = _floor(order.qty * rule.ratio, listing.lot_step)
            qty = order.qty if rule.ratio >= 1 else share
            if qty < order.qty and order.tif == "FOK":
                qty = ZERO
            if qty > 0:
                self.fill(account, listing, order, qty, price)
        if order.filled >= order.qty:
            self._close(account, order, "Filled", "EC_NoError")
        elif order.tif in ("IOC", "FOK") or rule.cancel_rest:
            partly = order.category == "spot" and order.filled > 0
            reason = "EC_CancelForNoFullFill" if order.filled else "EC_NoImmediateQtyToFill"
            self._close(
                account, order, "PartiallyFilledCanceled" if partly else "Cancelled", reason
            )
        else:
            self._rest(account, listing, order)

    def _rest(self, account: Account, listing: Listing, order: Order) -> None:
        order.status = "PartiallyFilled" if order.filled else "New"
        self.resting[order.order_id] = (account, order)
        if order.category == "spot":
            left = order.qty - order.filled
            coin = listing.base if order.side == "Sell" else listing.quote
            order.locked = left if order.side == "Sell" else left * order.price
            account.locked[coin] = account.locked.get(coin, ZERO) + order.locked
        self._tell(account, order)

    def _unlock(self, account: Account, listing: Listing, order: Order) -> None:
        if order.locked:
            coin = listing.base if order.side == "Sell" else listing.quote
            account.locked[coin] -= order.locked
            order.locked = ZERO

    def fill(
        self, account: Account, listing: Listing, order: Order, qty: Decimal, price: Decimal
    ) -> Execution:
        """Execute a part of an order at a price: balances, position, ledger."""
        self.seq += 1
        pnl = closed = ZERO
        if listing.category == "spot":
            value = qty * price
            rate = listing.taker
            if order.side == "Buy":
                fee, coin = qty * rate, listing.base
                account.add(listing.base, qty - fee)
                account.add(listing.quote, -value)
            else:
                fee, coin = value * rate, listing.quote
                account.add(listing.base, -qty)
                account.add(listing.quote, value - fee)
            size_after = account.wallet.get(listing.base, ZERO)
        else:
            value = qty / price if listing.category == "inverse" else qty * price
            rate, coin = listing.taker, listing.settle
            fee = value * rate
            position = account.position(listing.category, listing.symbol, order.idx)
            pnl, closed = self._move(position, order.side, qty, price)
            position.realised += pnl - fee
            order.closed_pnl += pnl - fee * closed / qty
            position.seq = self.seq
            account.add(coin, pnl - fee)
            size_after = position.size if position.side != "Sell" else -position.size
        order.filled += qty
        order.value += value
        order.fee += fee
        order.updated_ms = now_ms()
        execution = Execution(
            exec_id=str(uuid.uuid4()),
            order=order,
            price=price,
            qty=qty,
            value=value,
            fee=fee,
            fee_rate=rate,
            fee_currency=coin,
            closed_size=closed,
            time_ms=order.updated_ms,
            seq=self.seq,
            mark=listing.price,
            pnl=pnl,
        )
        account.executions.append(execution)
        account.executions_by_order.setdefault(order.order_id, []).append(execution)
        self.ledger.append(
            "execution",
            account.uid,
            category=order.category,
            symbol=order.symbol,
            side=order.side,
            qty=qty,
            price=price,
            order_id=order.order_id,
            order_link_id=order.link_id,
            exec_id=execution.exec_id,
            reduce_only=order.reduce_only,
            position_idx=order.idx,
            position_size_after=size_after,
            fee=fee,
            fee_currency=coin,
        )
        self.changes.tell(account, execution)
        return execution

    @staticmethod
    def _move(
        position: Position, side: str, qty: Decimal, price: Decimal
    ) -> tuple[Decimal, Decimal]:
        """Change a position by a fill; the realised profit in the settle coin, and what closed."""
        now = now_ms()
        position.updated_ms = now
        if not position.size:
            position.side, position.size, position.entry = side, qty, price
            position.created_ms = now
            return ZERO, ZERO
        if position.side == side:
            total = position.size + qty
            if position.category == "inverse":
                position.entry = total / (position.size / position.entry + qty / price)
            else:
                position.entry = (position.size * position.entry + qty * price) / total
            position.size = total
            return ZERO, ZERO
        closed = min(qty, position.size)
        direction = 1 if position.side == "Buy" else -1
        if position.category == "inverse":
            pnl = direction * closed * (1 / position.entry - 1 / price)
        else:
            pnl = direction * closed * (price - position.entry)
        position.size -= closed
        if not position.size:
            position.clear()
        if qty > closed:
            position.side, position.size, position.entry = side, qty - closed, price
        return pnl, closed

    def _close(self, account: Account, order: Order, status: str, reason: str) -> None:
        order.status = status
        order.reject_reason = reason
        order.updated_ms = now_ms()
        self.resting.pop(order.order_id, None)
        closed = account.closed.get(order.category)
        if closed is None:
            closed = account.closed[order.category] = deque(maxlen=_CLOSED_KEPT)
        closed.append(order)
        if status not in ("Filled",):
            self.ledger.append(
                "cancel",
                account.uid,
                category=order.category,
                symbol=order.symbol,
                order_id=order.order_id,
                order_link_id=order.link_id,
                reason=reason,
                filled=order.filled,
            )
        self._tell(account, order)

    def _tell(self, account: Account, order: Order) -> None:
        """An order came to rest or to its end. The exchange sends the position with every order
        event, whether it changed or not; the wallet follows its fills, locks and margin."""
        self.changes.tell(account, order)
        if order.category != "spot":
            held = account.position(order.category, order.symbol, order.idx)
            self.changes.tell(account, held)
        self.changes.tell(account, "wallet")

    def cancel(self, account: Account, category: str, body: Mapping[str, Any]) -> Order:
        """Cancel a resting order by its id or client id."""
        order = account.orders.get(str(body.get("orderId") or "")) or account.by_link.get(
            str(body.get("orderLinkId") or "")
        )
        if order is None or order.category != category or not order.is_open:
            spot = category == "spot"
            raise Refusal(
                170213 if spot else 110001,
                "Order does not exist." if spot else "order not exists or too late to cancel",
            )
        self._unlock(account, self.listings[category, order.symbol], order)
        order.cancel_type = "CancelByUser"
        partly = category == "spot" and order.filled > 0
        self._close(
            account,
            order,
            "PartiallyFilledCanceled" if partly else "Cancelled",
            "EC_PerCancelRequest",
        )
        return order

    # -- prices -------------------------------------------------------------------------------

    def set_price(self, category: str, symbol: str, price: Decimal) -> None:
        """Move a price: resting orders that it reaches fill, stops that it reaches close."""
        listing = self.listings[category, symbol]
        ticks = (price / listing.tick).to_integral_value(ROUND_FLOOR)
        listing.price = max(listing.tick, ticks * listing.tick)
        for account, order in list(self.resting.values()):
            if (order.category, order.symbol) == (category, symbol):
                self._reach(account, listing, order)
        if category != "spot":
            for account in self.accounts.values():
                for idx in (0, 1, 2):
                    position = account.positions.get((category, symbol, idx))
                    if position is not None and position.size:
                        self._trigger_stops(account, listing, position)

    def _reach(self, account: Account, listing: Listing, order: Order) -> None:
        touches = (
            listing.price <= order.price if order.side == "Buy" else listing.price >= order.price
        )
        if not touches:
            return
        self._unlock(account, listing, order)
        qty = order.qty - order.filled
        if order.reduce_only:
            position = account.position(order.category, order.symbol, order.idx)
            qty = min(qty, position.size) if position.side != order.side else ZERO
        if qty > 0:
            self.fill(account, listing, order, qty, order.price)
        done = order.filled >= order.qty
        self._close(account, order, "Filled" if done else "Cancelled", "EC_NoError")

    def _trigger_stops(self, account: Account, listing: Listing, position: Position) -> None:
        up = position.side == "Buy"
        take, stop, price = position.take_profit, position.stop_loss, listing.price
        took = bool(take) and (price >= take if up else price <= take)
        stopped = bool(stop) and (price <= stop if up else price >= stop)
        if not (took or stopped):
            return
        body = {
            "symbol": position.symbol,
            "side": "Sell" if up else "Buy",
            "orderType": "Market",
            "qty": str(position.size),
            "reduceOnly": True,
            "positionIdx": position.idx,
        }
        order = self._order(account, listing, body)
        order.create_type = "CreateByTakeProfit" if took else "CreateByStopLoss"
        self._take(account, order)
        self._match(account, listing, order, NORMAL)


def _floor(number: Decimal, step: Decimal) -> Decimal:
    return (number / step).to_integral_value(ROUND_FLOOR) * step
