"""The v5 endpoints: parameters in, result out. Each names how its limit is counted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.bybit import answers, funding
from sandbox.bybit.account import Account, Order
from sandbox.bybit.auth import require_trading
from sandbox.bybit.engine import Engine, now_ms
from sandbox.bybit.errors import Refusal, bad_request

Params = Mapping[str, Any]
Result = dict[str, Any]
_CATEGORIES = ("linear", "inverse", "spot")
_DAY_MS = 86_400_000


@dataclass(slots=True)
class Request:
    """One call: whose, with what; `hide_after_ms` is set by a stale-reads fault."""

    engine: Engine
    account: Account | None
    params: Params
    hide_after_ms: int = 0

    @property
    def owner(self) -> Account:
        assert self.account is not None  # noqa: S101 - private endpoints come authenticated
        return self.account

    def category(self, *also: str) -> str:
        category = self.params.get("category")
        if category not in (*_CATEGORIES, *also):
            raise bad_request("Illegal category")
        return str(category)

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return "" if value is None else str(value)

    def limit(self, default: int, most: int) -> int:
        text = self.text("limit")
        if not text:
            return default
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise bad_request("limit invalid")
        return int(text)

    def moment(self, name: str) -> int | None:
        """A time in milliseconds, where one is given."""
        text = self.text(name)
        if text and not text.isdigit():
            raise bad_request(f"{name} invalid")
        return int(text) if text else None

    def page(self, rows: Sequence[Any], default: int, most: int) -> tuple[list[Any], str]:
        """A page of rows and the cursor of the next one; the cursor is an offset."""
        size, cursor = self.limit(default, most), self.text("cursor")
        if cursor and not cursor.isdigit():
            raise bad_request("cursor invalid")
        start = int(cursor or 0)
        following = start + size
        return list(rows[start:following]), str(following) if following < len(rows) else ""


# -- market -------------------------------------------------------------------------------------


def server_time(_: Request) -> Result:
    now = time.time_ns()
    return {"timeSecond": str(now // 1_000_000_000), "timeNano": str(now)}


def instruments(request: Request) -> Result:
    category = request.category("option")
    symbol, status, base = (request.text(name) for name in ("symbol", "status", "baseCoin"))
    rows = [
        listing
        for (kind, name), listing in request.engine.listings.items()
        if kind == category
        and (not symbol or name == symbol)
        and (not status or listing.status == status)
        and (not base or listing.base == base)
    ]
    if category == "spot":
        # Spot is never paged.
        found = [answers.instrument(row) for row in rows]
        return {"category": category, "list": found, "nextPageCursor": ""}
    page, cursor = request.page(rows, 500, 1000)
    return {
        "category": category,
        "list": [answers.instrument(row) for row in page],
        "nextPageCursor": cursor,
    }


def tickers(request: Request) -> Result:
    category, symbol = request.category("option"), request.text("symbol")
    rows = [
        listing
        for (kind, name), listing in request.engine.listings.items()
        if kind == category and (not symbol or name == symbol)
    ]
    if symbol and not rows:
        raise bad_request("symbol invalid")
    now = now_ms()
    return {"category": category, "list": [answers.ticker(row, now) for row in rows]}


def funding_history(request: Request) -> Result:
    """Settled rates, newest first; up to now where no time is given."""
    category, symbol = request.category(), request.text("symbol")
    listing = request.engine.listings.get((category, symbol))
    if category == "spot":
        raise bad_request("Illegal category")
    if listing is None:
        raise bad_request("symbol invalid")
    start, end = request.moment("startTime"), request.moment("endTime")
    if start is not None and end is None:
        raise bad_request("endTime must be given with startTime")
    if start is not None and end is not None and start > end:
        raise bad_request("startTime is after endTime")
    now = now_ms()
    last = now if end is None else min(end, now)
    found = itertools.islice(
        funding.settled(listing, max(start or 0, answers.LAUNCH_MS), last), request.limit(200, 200)
    )
    return {"category": category, "list": [answers.funding_rate(listing, at) for at in found]}


# -- account ------------------------------------------------------------------------------------


def account_info(_: Request) -> Result:
    return {
        "marginMode": "REGULAR_MARGIN",
        "updatedTime": "1697078946000",
        "unifiedMarginStatus": 5,
        "dcpStatus": "OFF",
        "timeWindow": 10,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }


def wallet_balance(request: Request) -> Result:
    if request.text("accountType") != "UNIFIED":
        raise bad_request("accountType only support UNIFIED")
    only = {coin for coin in request.text("coin").split(",") if coin}
    return {"list": [answers.wallet(request.owner, request.engine.listings, only)]}


def fee_rate(request: Request) -> Result:
    category, symbol = request.category("option"), request.text("symbol")
    rows = [
        {
            "symbol": listing.symbol,
            "baseCoin": "",
            "takerFeeRate": answers.num(listing.taker),
            "makerFeeRate": answers.num(listing.maker),
        }
        for (kind, name), listing in request.engine.listings.items()
        if kind == category and (not symbol or name == symbol)
    ]
    return {"category": category, "list": rows}


def query_api(request: Request) -> Result:
    return answers.key(request.owner)


def coin_info(request: Request) -> Result:
    coins = sorted(
        {listing.base for listing in request.engine.listings.values()} | {"USDT", "USDC"}
    )
    wanted = request.text("coin")
    return {
        "rows": [
            {"name": coin, "coin": coin, "remainAmount": "0", "chains": []}
            for coin in coins
            if not wanted or coin == wanted
        ]
    }


# -- positions ----------------------------------------------------------------------------------


def positions(request: Request) -> Result:
    category = request.category("option")
    if category == "spot":
        raise bad_request("Illegal category")
    symbol, settle = request.text("symbol"), request.text("settleCoin")
    if category == "linear" and not (symbol or settle):
        raise bad_request("Missing some parameters that must be filled in, symbol or settleCoin")
    listings, account = request.engine.listings, request.owner
    rows = []
    if symbol:
        if (category, symbol) not in listings:
            raise bad_request("symbol invalid")
        for idx in (1, 2) if account.hedge else (0,):
            rows.append(account.position(category, symbol, idx))
    else:
        for held in account.positions.values():
            listing = listings[held.category, held.symbol]
            if held.category == category and held.size and settle in ("", listing.settle):
                rows.append(held)
    found, cursor = request.page(rows, 20, 200)
    return {
        "category": category,
        "list": answers.positions(account, listings, found),
        "nextPageCursor": cursor,
    }


def set_leverage(request: Request) -> Result:
    category, account = request.category(), request.owner
    require_trading(account, category)
    listing = request.engine.listings.get((category, request.text("symbol")))
    if listing is None or category == "spot":
        raise bad_request("symbol invalid")
    leverage = _decimal(request, "buyLeverage")
    if leverage != _decimal(request, "sellLeverage") or not 1 <= leverage <= listing.max_leverage:
        raise bad_request("leverage invalid")
    key = (category, listing.symbol)
    if account.leverage.get(key, Decimal(10)) == leverage:
        raise Refusal(110043, "leverage not modified")
    account.leverage[key] = leverage
    for idx in (0, 1, 2):
        held = account.positions.get((*key, idx))
        if held is not None:
            held.leverage = leverage
            request.engine.changes.tell(account, held)
    return {}


def switch_mode(request: Request) -> Result:
    request.category()
    mode = request.text("mode")
    if mode not in ("0", "3"):
        raise bad_request("mode invalid")
    account = request.owner
    if any(held.size for held in account.positions.values()):
        raise Refusal(110024, "You have an existing position, so position mode cannot be switched")
    if account.hedge == (mode == "3"):
        raise Refusal(110025, "Position mode is not modified")
    account.hedge = mode == "3"
    return {}


def trading_stop(request: Request) -> Result:
    category, account = request.category(), request.owner
    require_trading(account, category)
    idx = request.params.get("positionIdx")
    held = account.positions.get((category, request.text("symbol"), int(idx or 0)))
    if request.text("tpslMode") not in ("Full", ""):
        raise bad_request("only tpslMode Full is offered")
    if held is None or not held.size:
        raise Refusal(10001, "can not set tp/sl/ts for zero position")
    price = request.engine.listings[category, held.symbol].price
    up = held.side == "Buy"
    take = _decimal(request, "takeProfit") if request.text("takeProfit") else held.take_profit
    stop = _decimal(request, "stopLoss") if request.text("stopLoss") else held.stop_loss
    if take and (take <= price if up else take >= price):
        raise Refusal(10001, f"TakeProfit:{take} set for {held.side} position is not allowed")
    if stop and (stop >= price if up else stop <= price):
        raise Refusal(10001, f"StopLoss:{stop} set for {held.side} position is not allowed")
    if (take, stop) == (held.take_profit, held.stop_loss):
        raise Refusal(34040, "not modified")
    held.take_profit, held.stop_loss = take, stop
    request.engine.changes.tell(account, held)
    return {}


def _decimal(request: Request, name: str) -> Decimal:
    try:
        number = Decimal(request.text(name))
    except InvalidOperation:
        raise bad_request(f"{name} invalid") from None
    if not number.is_finite() or number < 0:
        raise bad_request(f"{name} invalid")
    return number


# -- orders -------------------------------------------------------------------------------------


def cancel_order(request: Request) -> Result:
    category = request.category()
    require_trading(request.owner, category)
    order = request.engine.cancel(request.owner, category, request.params)
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def realtime(request: Request) -> Result:
    """Open orders, and the last 500 closed ones, newest first."""
    category, account = request.category("option"), request.owner
    closed = reversed(account.closed.get(category, ()))
    still_open = (
        order
        for owner, order in request.engine.resting.values()
        if owner is account and order.category == category
    )
    only_open = request.text("openOnly") == "0" and not _names_one(request)
    rows = list(still_open) if only_open else list(itertools.chain(still_open, closed))
    return _orders(request, category, rows, most=50)


def history(request: Request) -> Result:
    """Closed orders; those without any fill for a day only."""
    category, account = request.category("option"), request.owner
    if _names_one(request):
        one = _named(request)
        rows: Iterable[Order] = [one] if one is not None and one.category == category else []
    else:
        rows = [o for o in reversed(account.orders.values()) if o.category == category]
    oldest = now_ms() - _DAY_MS
    closed = [o for o in rows if not o.is_open and (o.filled or o.created_ms >= oldest)]
    return _orders(request, category, closed, most=50)


def _names_one(request: Request) -> bool:
    return bool(request.text("orderId") or request.text("orderLinkId"))


def _named(request: Request) -> Order | None:
    """By the exchange's id first, then the client's."""
    account = request.owner
    if request.text("orderId"):
        return account.orders.get(request.text("orderId"))
    return account.by_link.get(request.text("orderLinkId"))


def _orders(request: Request, category: str, rows: Sequence[Order], most: int) -> Result:
    listings = request.engine.listings
    if _names_one(request):
        one = _named(request)
        rows = [order for order in rows if order is one]
    symbol, base, settle = (request.text(name) for name in ("symbol", "baseCoin", "settleCoin"))
    shown = [
        order
        for order in rows
        if (not symbol or order.symbol == symbol or _names_one(request))
        and (not base or listings[category, order.symbol].base == base)
        and (not settle or listings[category, order.symbol].settle == settle)
        and not _is_hidden(request, order.created_ms)
    ]
    found, cursor = request.page(shown, 20, most)
    return {
        "category": category,
        "list": [answers.order(listings[category, order.symbol], order) for order in found],
        "nextPageCursor": cursor,
    }


def _is_hidden(request: Request, moment_ms: int) -> bool:
    return bool(request.hide_after_ms) and moment_ms > request.hide_after_ms


def executions(request: Request) -> Result:
    category, account = request.category("option"), request.owner
    symbol = request.text("symbol")
    if _names_one(request):
        one = _named(request)
        rows = account.executions_by_order.get(one.order_id, []) if one else []
    else:
        rows = account.executions
    start, end = request.text("startTime"), request.text("endTime")
    shown = [
        done
        for done in reversed(rows)
        if done.order.category == category
        and (not symbol or done.order.symbol == symbol)
        and (not start or done.time_ms >= int(start))
        and (not end or done.time_ms <= int(end))
        and not _is_hidden(request, done.time_ms)
    ]
    found, cursor = request.page(shown, 50, 100)
    return {
        "category": category,
        "list": [answers.execution(done) for done in found],
        "nextPageCursor": cursor,
    }


Handler = Callable[[Request], Result]

PUBLIC: Mapping[str, Handler] = {
    "/v5/market/time": server_time,
    "/v5/market/instruments-info": instruments,
    "/v5/market/tickers": tickers,
    "/v5/market/funding/history": funding_history,
}
PRIVATE_GET: Mapping[str, Handler] = {
    "/v5/account/info": account_info,
    "/v5/account/wallet-balance": wallet_balance,
    "/v5/account/fee-rate": fee_rate,
    "/v5/user/query-api": query_api,
    "/v5/asset/coin/query-info": coin_info,
    "/v5/position/list": positions,
    "/v5/order/realtime": realtime,
    "/v5/order/history": history,
    "/v5/execution/list": executions,
}
PRIVATE_POST: Mapping[str, Handler] = {
    "/v5/order/cancel": cancel_order,
    "/v5/position/set-leverage": set_leverage,
    "/v5/position/switch-mode": switch_mode,
    "/v5/position/trading-stop": trading_stop,
}
CREATE = "/v5/order/create"
CREATE_BATCH = "/v5/order/create-batch"
STALE_PATHS = frozenset({"/v5/order/realtime", "/v5/order/history", "/v5/execution/list"})
