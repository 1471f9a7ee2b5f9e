"""The control API (`/_control`, loopback only): accounts, books, prices, faults, the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from aiohttp import web

from sandbox.bybit import answers
from sandbox.bybit.account import FULL_PERMISSIONS, Account, new_keys
from sandbox.bybit.auth import public_key
from sandbox.bybit.catalogue import Listing
from sandbox.bybit.demo_book import demo_balances, demo_positions
from sandbox.bybit.engine import Engine, now_ms
from sandbox.bybit.errors import Refusal, bad_request
from sandbox.bybit.faults import Faults
from sandbox.bybit.limits import AddressLimit
from sandbox.bybit.stream import Streams

_FIRST_UID = 100_001
_LISTING_NUMBERS = (
    "price",
    "lot_step",
    "tick",
    "min_qty",
    "max_qty",
    "max_market_qty",
    "min_notional",
    "max_leverage",
    "taker",
)
Body = Mapping[str, Any]


class Control:
    """Handlers by method and path."""

    def __init__(
        self,
        engine: Engine,
        faults: Faults,
        address: AddressLimit,
        streams: Streams,
        demo: dict[str, int],
        requests: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._faults = faults
        self._address = address
        self._streams = streams
        self._requests = requests
        self._demo = demo

    async def handle(self, http: web.Request) -> web.Response:
        raw = await http.read()
        try:
            body = orjson.loads(raw or b"{}")
            answer = self._route(http.method, http.path, body, http.query)
        except (Refusal, KeyError, ValueError, InvalidOperation) as error:
            reply = orjson.dumps({"error": str(error) or type(error).__name__})
            return web.Response(status=400, body=reply, content_type="application/json")
        if answer is None:
            return web.Response(status=404, text="no such control")
        return web.Response(body=orjson.dumps(answer), content_type="application/json")

    def _route(self, method: str, path: str, body: Body, query: Mapping[str, str]) -> object:
        parts = path.removeprefix("/_control/").strip("/").split("/")
        match [method, *parts]:
            case ["POST", "accounts"]:
                return self.add_account(body)
            case ["POST", "demo-book"]:
                return self.demo_book(str(body["telegram_id"]))
            case ["GET", "accounts", uid]:
                return self._describe(self._account(uid))
            case ["PATCH", "accounts", uid]:
                account = self._account(uid)
                self._change(account, body)
                return self._describe(account)
            case ["POST", "accounts", uid, "positions"]:
                account = self._account(uid)
                self._seed_positions(account, body.get("positions") or [])
                return self._describe(account)
            case ["POST", "accounts", uid, "balances"]:
                account = self._account(uid)
                self._seed_balances(account, body.get("balances") or {})
                return self._describe(account)
            case ["POST", "prices"]:
                return self._prices(body)
            case ["POST", "instruments"]:
                return self._instrument(body)
            case ["POST", "faults"]:
                fault = self._faults.add(body)
                self._streams.apply_disconnects()
                return {"id": fault.id}
            case ["GET", "faults"]:
                return {"items": self._faults.describe()}
            case ["DELETE", "faults"]:
                self._faults.clear()
                return {}
            case ["DELETE", "faults", number]:
                self._faults.lift(int(number))
                return {}
            case ["POST", "ip-limit"]:
                self._address.enabled = bool(body.get("enabled", True))
                self._address.requests = int(body.get("requests", self._address.requests))
                self._address.lift()
                return {"enabled": self._address.enabled, "requests": self._address.requests}
            case ["GET", "ledger"]:
                owner = int(query["uid"]) if "uid" in query else None
                after, limit = int(query.get("after", 0)), int(query.get("limit", 100_000))
                return {"items": self._engine.ledger.read(owner, after, limit)}
            case ["GET", "streams"]:
                return {"items": self._streams.describe()}
            case ["GET", "stats"]:
                return {
                    "requests": self._requests(),
                    "orders": self._engine.orders_taken,
                    "accounts": len(self._engine.accounts),
                }
            case _:
                return None

    # -- accounts -----------------------------------------------------------------------------

    def add_account(self, body: Body) -> dict[str, Any]:
        """Make an account; the same api_key again gives the one that is there. With a PEM in
        `rsa_public_key` it has no secret: its owner signs with the private half."""
        known = self._engine.by_key.get(str(body.get("api_key", "")))
        if known is not None and not body.get("replace"):
            return _keys(known)
        key, secret = new_keys()
        rsa = str(body.get("rsa_public_key") or "")
        if rsa:
            public_key(rsa)
            secret = ""
        account = Account(
            uid=known.uid if known else _FIRST_UID + len(self._engine.accounts),
            api_key=str(body.get("api_key") or key),
            api_secret=str(body.get("api_secret") or secret),
            rsa_public_key=rsa,
            environment=str(body.get("environment", "sandbox")),
            permissions=dict(FULL_PERMISSIONS),
        )
        self._change(account, body)
        self._engine.accounts[account.uid] = account
        self._engine.by_key[account.api_key] = account
        self._seed_balances(account, body.get("balances") or {})
        self._seed_positions(account, body.get("positions") or [])
        return _keys(account)

    def demo_book(self, person: str) -> dict[str, Any]:
        """A rich book for a person who just wants to look; the same one again for the same id."""
        uid = self._demo.get(person)
        if uid is not None and uid in self._engine.accounts:
            return _keys(self._engine.accounts[uid])
        made = self.add_account(
            {"balances": demo_balances(), "positions": demo_positions(self._engine.listings)}
        )
        self._demo[person] = made["uid"]
        return made

    def _account(self, uid: str) -> Account:
        account = self._engine.accounts.get(int(uid))
        if account is None:
            raise bad_request(f"no account {uid}")
        return account

    def _change(self, account: Account, body: Body) -> None:
        if "read_only" in body:
            account.read_only = bool(body["read_only"])
        if "permissions" in body:
            account.permissions = {**account.permissions, **body["permissions"]}
        if "ips" in body:
            account.ips = list(body["ips"])
        if "unified" in body:
            account.unified = bool(body["unified"])
        if "environment" in body:
            account.environment = str(body["environment"])
        if body.get("expired_at"):
            moment = datetime.fromisoformat(str(body["expired_at"]).replace("Z", "+00:00"))
            account.expired_at = moment.astimezone(UTC)
        if "position_mode" in body:
            account.hedge = body["position_mode"] == "hedge"
        limits = body.get("limits")
        if isinstance(limits, dict):
            account.limits = {str(name): int(size) for name, size in limits.items()}
        elif limits is not None:
            account.limits_on = limits != "off"

    def _seed_balances(self, account: Account, balances: Body) -> None:
        for coin, amount in balances.items():
            account.wallet[coin] = Decimal(str(amount))
            self._engine.ledger.append(
                "seed", account.uid, category="wallet", coin=coin, qty=account.wallet[coin]
            )
        if balances:
            self._engine.changes.tell(account, "wallet")

    def _seed_positions(self, account: Account, rows: list[Body]) -> None:
        for row in rows:
            category, symbol, side = str(row["category"]), str(row["symbol"]), str(row["side"])
            listing = self._engine.listings[category, symbol]
            default_idx = (1 if side == "Buy" else 2) if account.hedge else 0
            idx = int(row.get("position_idx", default_idx))
            held = account.position(category, symbol, idx)
            held.side, held.size = side, Decimal(str(row["size"]))
            held.entry = Decimal(str(row.get("entry_price", listing.price)))
            held.leverage = Decimal(str(row.get("leverage", 10)))
            account.leverage[category, symbol] = held.leverage
            held.take_profit = Decimal(str(row.get("take_profit") or 0))
            held.stop_loss = Decimal(str(row.get("stop_loss") or 0))
            held.created_ms = held.updated_ms = now_ms()
            if not held.size:
                held.clear()
            self._engine.ledger.append(
                "seed",
                account.uid,
                category=category,
                symbol=symbol,
                side=side,
                qty=held.size,
                price=held.entry,
                position_idx=idx,
            )
            self._engine.changes.tell(account, held)

    def _describe(self, account: Account) -> dict[str, Any]:
        listings = self._engine.listings
        still_open = [held for held in account.positions.values() if held.size]
        return {
            "uid": account.uid,
            "position_mode": "hedge" if account.hedge else "one_way",
            "balances": {coin: answers.num(amount) for coin, amount in account.wallet.items()},
            "locked": {coin: answers.num(amount) for coin, amount in account.locked.items()},
            "positions": [
                row | {"category": held.category}
                for row, held in zip(
                    answers.positions(account, listings, still_open), still_open, strict=True
                )
            ],
            "orders": [
                answers.order(listings[order.category, order.symbol], order)
                | {"category": order.category}
                for order in account.orders.values()
            ],
        }

    # -- the market ---------------------------------------------------------------------------

    def _prices(self, body: Body) -> dict[str, Any]:
        for category in ("linear", "inverse", "spot"):
            for symbol, price in (body.get(category) or {}).items():
                self._engine.set_price(category, symbol, Decimal(str(price)))
        moves = body.get("move_bps") or {}
        for (category, symbol), listing in self._engine.listings.items():
            bps = moves.get(symbol, moves.get("*"))
            if bps:
                moved = listing.price * (1 + Decimal(str(bps)) / 10_000)
                self._engine.set_price(category, symbol, moved)
        return {}

    def _instrument(self, body: Body) -> dict[str, Any]:
        key = (str(body["category"]), str(body["symbol"]))
        if key not in self._engine.listings:
            self._engine.listings[key] = _new_listing(*key, body)
        listing = self._engine.listings[key]
        for name in _LISTING_NUMBERS:
            if name in body:
                setattr(listing, name, Decimal(str(body[name])))
        if "funding_minutes" in body:
            listing.funding_minutes = int(body["funding_minutes"])
        if "status" in body:
            listing.status = str(body["status"])
        return answers.instrument(listing)


def _new_listing(category: str, symbol: str, body: Body) -> Listing:
    """A symbol of the caller's own; numbers that are not given are generous."""
    base, quote = str(body["base"]), str(body["quote"])
    step = Decimal(str(body.get("lot_step", "0.001")))
    most = Decimal(str(body.get("max_market_qty", "1000000")))
    return Listing(
        category=category,
        symbol=symbol,
        base=base,
        quote=quote,
        settle=base if category == "inverse" else quote,
        price=Decimal(str(body["price"])),
        lot_step=step,
        tick=Decimal(str(body.get("tick", "0.01"))),
        min_qty=step,
        max_qty=most * 5,
        max_market_qty=most,
        min_notional=Decimal(0 if category == "inverse" else 5),
        max_leverage=Decimal(50),
    )


def _keys(account: Account) -> dict[str, Any]:
    return {"uid": account.uid, "api_key": account.api_key, "api_secret": account.api_secret}
