"""The private streams (`/v5/private`): signing in, subscribing, and what accounts are told.

Sources: the exchange's pages "ws/connect" and "websocket/private", its recorded messages, and
refusals that were seen there and are not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from sandbox.bybit import stream_rows
from sandbox.bybit.account import Account
from sandbox.bybit.auth import authenticate_stream
from sandbox.bybit.changes import Subject
from sandbox.bybit.connection import Connection
from sandbox.bybit.engine import Engine, now_ms
from sandbox.bybit.errors import Refusal
from sandbox.bybit.fault_points import coded, delay
from sandbox.bybit.faults import Faults

PATH = "/v5/private"
_CATEGORIES = {
    "order": ("linear", "inverse", "spot", "option"),
    "execution": ("linear", "inverse", "spot", "option"),
    "position": ("linear", "inverse", "option"),
    "wallet": (),
}
TOPICS = frozenset(
    {*_CATEGORIES}
    | {f"{topic}.{category}" for topic, names in _CATEGORIES.items() for category in names}
)
Message = Mapping[str, Any]


class Streams:
    """The open connections, and the only listener of the engine's changes."""

    def __init__(self, engine: Engine, faults: Faults) -> None:
        self._engine = engine
        self._faults = faults
        self._open: set[Connection] = set()
        # By account, so that a change of one nobody listens to costs one look-up.
        self._signed_in: dict[int, set[Connection]] = {}
        engine.changes.subscribe(self._push)

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """One connection, from its handshake to its end."""
        connection = Connection(http)
        self._open.add(connection)
        try:
            return await connection.serve(self._receive)
        finally:
            self._open.discard(connection)
            self._forget(connection)

    def close_all(self) -> None:
        for connection in list(self._open):
            connection.cut()

    def apply_disconnects(self) -> None:
        """Cut the streams that `disconnect_stream` faults name; one use of a fault cuts all of
        one account."""
        for connections in [list(found) for found in self._signed_in.values()]:
            if any(self._is_to_go(connection) for connection in connections):
                for connection in connections:
                    connection.cut()
                    self._forget(connection)

    def describe(self) -> list[dict[str, Any]]:
        """Who listens to what, for the control API."""
        return [
            {"uid": uid, "conn_id": connection.id, "topics": sorted(connection.topics)}
            for uid, connections in self._signed_in.items()
            for connection in connections
        ]

    # -- requests -----------------------------------------------------------------------------

    async def _receive(self, connection: Connection, text: str) -> None:
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            connection.send(_answer(connection, {}, False, "Failed to decode incoming data"))
            return
        match message.get("op"):
            case "auth":
                await self._sign_in(connection, message)
            case "ping":
                connection.send(_pong(connection, message))
            case "subscribe" | "unsubscribe" as op:
                refused = _change_topics(connection, op, message.get("args"))
                connection.send(_answer(connection, message, not refused, refused))
            case _:
                connection.send(_answer(connection, message, False, "error:invalid op"))

    async def _sign_in(self, connection: Connection, message: Message) -> None:
        self._forget(connection)
        code, text = 0, ""
        try:
            account = authenticate_stream(
                self._engine.by_key, message.get("args"), connection.address
            )
            facts = {"path": PATH, "address": connection.address, "api_key": account.api_key}
            await delay(self._faults, facts, "delay")
            fault = self._faults.take(facts, "ret_code")
            if fault is not None:
                raise coded(fault, 0)
            connection.account = account
            if self._is_to_go(connection):
                connection.cut()
                return
            self._signed_in.setdefault(account.uid, set()).add(connection)
        except Refusal as refusal:
            connection.account = None
            code, text = refusal.code, refusal.message
        # Documented with ret_msg and conn_id, recorded with the other three: a client may look
        # for either.
        spelled = {"retCode": code, "retMsg": text, "connId": connection.id}
        connection.send(_answer(connection, message, not code, text) | spelled)

    def _is_to_go(self, connection: Connection) -> bool:
        account = connection.account
        if account is None or not self._faults.any:
            return False
        facts = {"path": PATH, "address": connection.address, "api_key": account.api_key}
        return self._faults.take(facts, "disconnect_stream") is not None

    def _forget(self, connection: Connection) -> None:
        if connection.account is None:
            return
        connections = self._signed_in.get(connection.account.uid, set())
        connections.discard(connection)
        if not connections:
            self._signed_in.pop(connection.account.uid, None)

    # -- events -------------------------------------------------------------------------------

    def _push(self, account: Account, subject: Subject) -> None:
        connections = self._signed_in.get(account.uid)
        if not connections:
            return
        topic, category, row = stream_rows.describe(account, subject, self._engine.listings)
        wanted = (topic, f"{topic}.{category}") if category else (topic,)
        for connection in connections:
            for name in wanted:
                if name in connection.topics:
                    connection.send(stream_rows.message(name, account, row))


def _change_topics(connection: Connection, op: str, args: object) -> str:
    """Subscribe or unsubscribe, all of the topics or none; the refusal, "" if there is none."""
    if connection.account is None:
        return "Request not authorized"
    if not isinstance(args, list) or not args:
        return "Params Error"
    names = [str(arg) for arg in args]
    for name in names:
        if name not in TOPICS:
            return f"Invalid topic: {name}"
        # The documentation forbids it; the wording is ours.
        if op == "subscribe" and any(other.startswith(f"{name}.") for other in names):
            return f"error:all-in-one and categorised in one request,topic:{name}"
        if op == "subscribe" and name in connection.topics:
            return f"error:already subscribed,topic:{name}"
    if op == "subscribe":
        connection.topics.update(names)
    else:
        connection.topics.difference_update(names)
    return ""


def _answer(connection: Connection, message: Message, success: bool, text: str) -> dict[str, Any]:
    return {
        "success": success,
        "ret_msg": text,
        "conn_id": connection.id,
        **_req_id(message),
        "op": str(message.get("op") or ""),
    }


def _pong(connection: Connection, message: Message) -> dict[str, Any]:
    stamp = str(now_ms())
    return {**_req_id(message), "op": "pong", "args": [stamp], "conn_id": connection.id}


def _req_id(message: Message) -> dict[str, str]:
    return {"req_id": str(message["req_id"])} if "req_id" in message else {}
