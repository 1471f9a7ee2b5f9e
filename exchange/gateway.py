"""The gateway: everything Ebb asks of a Bybit account, typed, through pybit.

Reading raises the errors of `exchange.outcomes`; placing returns one verdict for each order.
Nothing here repeats a call that could place an order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from core import clock
from core.numbers import plain
from exchange import parse
from exchange.credentials import Credentials
from exchange.instruments import InstrumentCache
from exchange.line import ExchangeClock, Line
from exchange.outcomes import Refused, Unreachable
from exchange.pacing import Pacer, account_key
from exchange.placing import Placing
from exchange.session import Answer, GatewayOptions, ThreadSessions
from exchange.streams import News, Streams
from exchange.types import (
    Balance,
    Category,
    ExchangeEnvironment,
    Execution,
    FeeRate,
    FundingRate,
    Instrument,
    KeyInfo,
    Order,
    Position,
    Ticker,
)

__all__ = ["Credentials", "Gateway", "GatewayOptions", "GatewayPool"]

_SETTLE_COINS = ("USDT", "USDC")
_MAX_PAGES = 200
_FUNDING_PAGE = 200
_LEVERAGE_NOT_MODIFIED = 110043
_STOPS_NOT_MODIFIED = 34040


@dataclass(frozen=True, slots=True)
class Shared:
    """What the gateways of a process have in common."""

    sessions: ThreadSessions
    pacer: Pacer
    clock: ExchangeClock
    instruments: InstrumentCache
    streams: Streams | None = None

    @classmethod
    def for_one(cls, options: GatewayOptions) -> Self:
        """For a gateway that stands alone: it paces itself and nobody else."""
        return cls(
            ThreadSessions(),
            Pacer(None, address="alone", budget=options.address_budget),
            ExchangeClock(),
            InstrumentCache(options.instruments_ttl_seconds),
        )


class Gateway(Placing):
    """One account's way to its exchange. Safe to share: each thread uses its own connection. It
    holds the plaintext of the key, so nothing that outlives the request or job may hold it."""

    def __init__(
        self,
        credentials: Credentials | None,
        environment: ExchangeEnvironment,
        options: GatewayOptions,
        shared: Shared | None = None,
    ) -> None:
        shared = shared or Shared.for_one(options)
        self._line = Line(
            credentials, environment, options, shared.sessions, shared.pacer, shared.clock
        )
        self._instruments = shared.instruments
        self._streams = shared.streams
        self._credentials = credentials

    def news(self) -> News | None:
        """What the account's private stream tells; None where streams are not used."""
        if self._streams is None or self._credentials is None:
            return None
        return self._streams.of(self._credentials, self._line.environment)

    # -- the market ---------------------------------------------------------------------------

    def server_time_ms(self) -> int:
        """The exchange's clock, in milliseconds."""
        answer = self._line.read("get_server_time")
        return int(parse.number(answer.result, "timeNano") // 1_000_000)

    def instruments(
        self, category: Category, *, max_age: float | None = None
    ) -> Mapping[str, Instrument]:
        """The rules of every symbol, from the process's cache; `max_age` in seconds."""
        host = f"{self._line.environment}:{self._line.options.sandbox_url or ''}"
        return self._instruments.get(
            (host, category), lambda: self._read_instruments(category), max_age=max_age
        )

    def _read_instruments(self, category: Category) -> Mapping[str, Instrument]:
        rows = self._pages(
            "get_instruments_info",
            category=category.value,
            limit=None if category is Category.SPOT else 1000,
        )
        return {row["symbol"]: parse.instrument(category, row) for row in rows}

    def tickers(self, category: Category) -> Mapping[str, Ticker]:
        """The prices of every symbol now."""
        rows = _rows(self._line.read("get_tickers", category=category.value))
        found = (parse.ticker(category, row) for row in rows)
        return {ticker.symbol: ticker for ticker in found if ticker is not None}

    def funding_rates(
        self, category: Category, symbol: str, since: datetime, until: datetime
    ) -> list[FundingRate]:
        """What was settled after `since` and not after `until`, oldest first. Raises Unreachable if
        the pages do not end."""
        found: list[FundingRate] = []
        last = clock.to_ms(until)
        for _ in range(_MAX_PAGES):
            answer = self._line.read(
                "get_funding_rate_history",
                category=category.value,
                symbol=symbol,
                startTime=clock.to_ms(since),
                endTime=last,
                limit=_FUNDING_PAGE,
            )
            page = [parse.funding_rate(row) for row in _rows(answer)]
            found += page
            if len(page) < _FUNDING_PAGE or page[-1].at <= since:
                return [told for told in reversed(found) if told.at > since]
            # There is no cursor: the page before ends where this one begins.
            last = clock.to_ms(page[-1].at) - 1
        raise Unreachable(0, "the funding history does not end")

    # -- the account --------------------------------------------------------------------------

    def key_info(self) -> KeyInfo:
        """What the key may do; works with any permission."""
        return parse.key_info(self._line.read("get_api_key_information").result)

    def positions(self, category: Category, settle_coin: str | None = None) -> list[Position]:
        """Every open futures position of a category, or of one settle coin."""
        coins: Sequence[str | None] = [settle_coin]
        if category is Category.LINEAR and settle_coin is None:
            coins = _SETTLE_COINS
        found = []
        for coin in coins:
            query = {"category": category.value, "settleCoin": coin, "limit": 200}
            for row in self._pages("get_positions", **query):
                position = parse.position(category, row)
                if position is not None:
                    found.append(position)
        return found

    def balances(self) -> list[Balance]:
        """Every coin of the unified wallet."""
        rows = _rows(self._line.read("get_wallet_balance", accountType="UNIFIED"))
        return [parse.balance(coin) for account in rows for coin in account.get("coin") or ()]

    def fee_rates(self, category: Category) -> Mapping[str, FeeRate]:
        """The account's fees by symbol."""
        rows = self._pages("get_fee_rates", category=category.value)
        return {row["symbol"]: parse.fee_rate(row) for row in rows}

    # -- orders -------------------------------------------------------------------------------

    def find_order(self, category: Category, symbol: str, order_link_id: str) -> Order | None:
        """The order by its client id: open or recently closed, else from the history.

        None only if both answered and neither knows it.
        """
        for name in ("get_open_orders", "get_order_history"):
            query = {"category": category.value, "symbol": symbol, "orderLinkId": order_link_id}
            for row in _rows(self._line.read(name, **query)):
                if row.get("orderLinkId") == order_link_id:
                    return parse.order(category, row)
        return None

    def find_orders(
        self, category: Category, wanted: Sequence[tuple[str, str]]
    ) -> dict[str, Order]:
        """Several (symbol, order_link_id) at once, by id; those not found are left out.

        Recent closed orders come in one page where many are asked for; the others singly.
        """
        identifiers = {link_id for _, link_id in wanted}
        found: dict[str, Order] = {}
        if len(wanted) > 2:
            for row in self._recent_orders(category):
                link_id = row.get("orderLinkId")
                if link_id in identifiers:
                    found[str(link_id)] = parse.order(category, row)
        for symbol, link_id in wanted:
            if link_id not in found:
                order = self.find_order(category, symbol, link_id)
                if order is not None:
                    found[link_id] = order
        return found

    def _recent_orders(self, category: Category) -> Iterator[Mapping[str, Any]]:
        """The newest closed orders of the account in a category (the realtime endpoint's 500
        would take ten pages: one is enough for a batch just sent)."""
        answer = self._line.read("get_order_history", category=category.value, limit=50)
        yield from _rows(answer)

    def executions(
        self,
        category: Category,
        symbol: str,
        order_link_id: str,
        *,
        since: datetime | None = None,
    ) -> list[Execution]:
        """Every fill of one order. The exchange shows seven days: the last ones, or those that
        begin at `since` (two years back at most)."""
        rows = self._pages(
            "get_executions",
            category=category.value,
            symbol=symbol,
            orderLinkId=order_link_id,
            startTime=None if since is None else int(since.timestamp() * 1000),
            limit=100,
        )
        return [
            fill
            for row in rows
            if row.get("orderLinkId") == order_link_id
            and (fill := parse.execution(category, row)) is not None
        ]

    def executions_of(
        self, category: Category, orders: Sequence[Order]
    ) -> dict[str, list[Execution]]:
        """The fills of several closed orders by their client id, complete for each: a page of
        the newest fills first, then single look-ups for orders it does not explain in full."""
        fills: dict[str, dict[str, Execution]] = {order.order_link_id: {} for order in orders}
        if len(orders) > 2:
            answer = self._line.read("get_executions", category=category.value, limit=100)
            for row in _rows(answer):
                link_id = str(row.get("orderLinkId") or "")
                fill = parse.execution(category, row) if link_id in fills else None
                if fill is not None:
                    fills[link_id][fill.exec_id] = fill
        for order in orders:
            have = sum((fill.qty for fill in fills[order.order_link_id].values()), Decimal(0))
            if have < order.filled_qty:
                singles = self.executions(category, order.symbol, order.order_link_id)
                fills[order.order_link_id] |= {fill.exec_id: fill for fill in singles}
        return {link_id: list(found.values()) for link_id, found in fills.items()}

    # -- the position -------------------------------------------------------------------------

    def set_leverage(
        self, category: Category, symbol: str, leverage: Decimal, *, stamp: int
    ) -> None:
        """Set both sides' leverage; setting the same again is no error."""
        text = plain(leverage)
        try:
            self._line.write(
                "set_leverage",
                stamp,
                category=category.value,
                symbol=symbol,
                buyLeverage=text,
                sellLeverage=text,
            )
        except Refused as error:
            if error.code != _LEVERAGE_NOT_MODIFIED:
                raise

    def set_trading_stop(
        self,
        category: Category,
        symbol: str,
        position_idx: int,
        *,
        take_profit: Decimal | None,
        stop_loss: Decimal | None,
        stamp: int,
    ) -> None:
        """Set a position's take-profit and stop-loss (whole position); what is None stays."""
        stops = {"takeProfit": take_profit, "stopLoss": stop_loss}
        try:
            self._line.write(
                "set_trading_stop",
                stamp,
                category=category.value,
                symbol=symbol,
                tpslMode="Full",
                positionIdx=position_idx,
                **{name: plain(price) for name, price in stops.items() if price is not None},
            )
        except Refused as error:
            if error.code != _STOPS_NOT_MODIFIED:
                raise

    def _pages(self, name: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """The rows of every page. Raises Unreachable if the pages do not end."""
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            answer = self._line.read(name, cursor=cursor, **query)
            yield from _rows(answer)
            following = answer.result.get("nextPageCursor") or None
            if following is None or following == cursor:
                return
            cursor = following
        raise Unreachable(0, "the pages of an answer do not end")


class GatewayPool:
    """The gateways of a process: connections, budgets and instruments are shared."""

    def __init__(self, options: GatewayOptions, pacer: Pacer) -> None:
        self._options = options
        self._shared = Shared(
            ThreadSessions(),
            pacer,
            ExchangeClock(),
            InstrumentCache(options.instruments_ttl_seconds),
            Streams(options) if options.use_streams else None,
        )

    def keep_warm(self, environment: ExchangeEnvironment) -> None:
        """Read an exchange's rules before they are too old. Raises ExchangeError."""
        gateway = Gateway(None, environment, self._options, self._shared)
        for category in Category:
            gateway.instruments(category, max_age=self._options.instruments_ttl_seconds / 2)

    def close(self) -> None:
        """Close all connections; they open again when needed."""
        self._shared.sessions.close()
        if self._shared.streams is not None:
            self._shared.streams.close()

    def gateway(
        self,
        credentials: Credentials,
        environment: ExchangeEnvironment,
        account: uuid.UUID | None = None,
    ) -> Gateway:
        """A gateway for these keys; cheap, so ask for it each time. `account`: whose they are, for
        those who look at the limits."""
        if account is not None:
            self._shared.pacer.introduce(account_key(credentials.api_key), str(account))
        return Gateway(credentials, environment, self._options, self._shared)


def _rows(answer: Answer) -> Sequence[Mapping[str, Any]]:
    rows = answer.result.get("list")
    if not isinstance(rows, list):
        raise parse.MalformedAnswer("list")
    return rows
