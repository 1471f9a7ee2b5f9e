"""What may be written into the chat, and how a signal reads there. Pure."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from core.clock import to_ms
from core.numbers import HUNDRED, plain
from core.problems import FieldError, Problem
from core.texts import text
from models.signals import Signal, SignalState

MOST_UNITS = 4096
"""Telegram counts UTF-16 units: most emoji are two."""

_LINE_BREAKS = ("\n", "\t")
_CONTROL = ("Cc", "Cs")


def units(words: str) -> int:
    """A text's length as Telegram counts it."""
    return len(words) + sum(letter > "\uffff" for letter in words)


def checked(words: str) -> str:
    """A broadcast's text as it will stand in the chat. Raises Problem (400) `validation_failed`
    for the field `text`: `text_empty`, `text_too_long`, `control_characters`."""
    words = words.replace("\r\n", "\n").strip()
    if any(unicodedata.category(one) in _CONTROL and one not in _LINE_BREAKS for one in words):
        raise _fault("control_characters")
    if not any(unicodedata.category(one)[0] not in "CZ" for one in words):
        raise _fault("text_empty")
    if units(words) > MOST_UNITS:
        raise _fault("text_too_long", most=str(MOST_UNITS), length=str(units(words)))
    return words


def _fault(code: str, **values: str) -> Problem:
    return Problem("validation_failed", 400, errors=(FieldError("text", code, values),))


def signal_text(signal: Signal) -> str:
    """Its message as the signal stands now, in its own language."""
    word = signal.result if signal.result is not None else signal.state
    values = {
        "name": signal.name,
        "facts": _facts(signal),
        "until": signal.expires_at.strftime("%d.%m. %H:%M UTC"),
        "pnl": "" if signal.pnl is None else f" ({_signed(signal.pnl)})",
    }
    return text(f"bot.signal_{word}", signal.language, values)


def _facts(signal: Signal) -> str:
    values = {
        "ev": _signed(signal.ev),
        "confidence": plain(signal.confidence * HUNDRED),
    }
    told = text("bot.signal_facts.title", signal.language, values)
    fields = [field for field in (signal.sport, signal.market) if field]
    return " | ".join([*fields, signal.type, told])


def _signed(number: Decimal) -> str:
    return plain(number) if number < 0 else f"+{plain(number)}"


def live_out(signal: Signal) -> dict[str, object]:
    """The signal as open apps are told of it: `confidence` and `ev` as numbers, `expiresAt` in
    milliseconds. One that is not live any more says its state, its result, and what it brought
    (text, as everywhere)."""
    told: dict[str, object] = {
        "id": str(signal.id),
        "type": signal.type,
        "name": signal.name,
        "marketId": signal.market_id,
        "confidence": float(signal.confidence),
        "ev": float(signal.ev),
    }
    told |= {name: value for name in ("sport", "market") if (value := getattr(signal, name))}
    told["expiresAt"] = to_ms(signal.expires_at)
    if signal.state is not SignalState.LIVE:
        told["state"] = signal.state.value
    if signal.result is not None:
        told["result"] = signal.result.value
    if signal.pnl is not None:
        told["pnl"] = plain(signal.pnl)
    return told
