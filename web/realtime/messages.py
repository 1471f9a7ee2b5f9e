"""What clients and server say to each other: text in, values out, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

_MAX_ID = 2**63 - 1
_MAX_TEXT = 4096
_MAX_EPOCH = 64
_SHORT, _LONG = 125, 0xFFFF


class BadMessage(Exception):
    """A message that says nothing to us; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send this text into the community's chat, and pin it there."""

    text: str
    thread_id: int | None
    pin: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """Pin a message of the community's chat."""

    message_id: int
    thread_id: int | None


@dataclass(frozen=True, slots=True)
class Ack:
    """All events up to this id have arrived."""

    id: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after this event of this stream."""

    after: int
    epoch: str | None


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell me how the workers are, each second; or no more."""

    on: bool


Inbound: TypeAlias = Ping | Broadcast | Pin | Ack | Resume | Watch


def parse(raw: bytes) -> Inbound:
    """A client's message. Raises BadMessage `message_not_json`, `message_unknown` or
    `message_invalid`."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadMessage("message_not_json") from None
    if not isinstance(told, dict):
        raise BadMessage("message_not_json")
    match told.get("type"), told.get("action"):
        case "ping", _:
            return Ping()
        case "ack", _:
            return Ack(_number(told, "id"))
        case "resume", _:
            return Resume(_number(told, "after"), _epoch(told))
        case _, "broadcast":
            return Broadcast(_text(told), _thread(told), _flag(told, "pin"))
        case _, "pin":
            about = told.get("data")
            if not isinstance(about, dict):
                raise BadMessage("message_invalid")
            return Pin(_number(about, "messageId", least=1), _thread(told))
        case _, ("watch" | "unwatch") as action:
            if told.get("what") != "workers":
                raise BadMessage("message_invalid")
            return Watch(on=action == "watch")
    raise BadMessage("message_unknown")


def _number(told: Mapping[str, Any], name: str, *, least: int = 0) -> int:
    value = told.get(name)
    if type(value) is not int or not least <= value <= _MAX_ID:
        raise BadMessage("message_invalid")
    return value


def _thread(told: Mapping[str, Any]) -> int | None:
    return None if told.get("thread_id") is None else _number(told, "thread_id", least=1)


def _text(told: Mapping[str, Any]) -> str:
    value = told.get("text")
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
        raise BadMessage("message_invalid")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadMessage("message_invalid")
    return value


def _flag(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise BadMessage("message_invalid")
    return value


def _epoch(told: Mapping[str, Any]) -> str | None:
    value = told.get("epoch")
    if value is not None and not (isinstance(value, str) and len(value) <= _MAX_EPOCH):
        raise BadMessage("message_invalid")
    return value


def encoded(message: Mapping[str, Any]) -> bytes:
    """A message of ours as JSON text."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def event_message(event_id: int, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A durable event as clients see it: a toast's words beside its type, everything else under
    `data`."""
    if kind == "toast":
        return {**data, "type": kind, "id": event_id}
    return {"type": kind, "id": event_id, "data": dict(data)}


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked text frame (RFC 6455, 5.2): what is sent to many is framed once."""
    size = len(payload)
    if size <= _SHORT:
        return bytes((0x81, size)) + payload
    if size <= _LONG:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
