"""Telegram's initData: check that it is Telegram's, fresh, and whose (core.telegram.org,
"Validating data received via the Mini App")."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from telegram.bots import Bots, check_string, mac

_AHEAD = timedelta(seconds=60)
_MAX_LENGTH = 8192
_MAX_PAIRS = 64
# Pairs are signed as lines: a line feed in a value, or `=` in a key, would let one signed text be
# read as other pairs than Telegram meant.
_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f]")
_HASH = re.compile(r"[0-9a-f]{64}")
_MAX_ID = 2**52
# Enough until the year 5138; one more and a date can lie beyond what a calendar holds.
_MAX_DATE_DIGITS = 11
_MAX_NAME, _MAX_LANGUAGE = 64, 16


class InitDataError(Exception):
    """Not acceptable; `code` is `init_data_invalid` or `init_data_stale`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class TelegramUser:
    """Who signed in, from the verified data only. `may_be_written`: the bot may write to them."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    language_code: str | None = None
    may_be_written: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """One opening of the Mini App, as Telegram signed it.

    `bot_id`: the bot it was opened from. `fingerprint`: the same for every spelling of the same
    initData, whatever the order, the encoding or the proof. `ends_at`: refused as stale afterwards.
    """

    user: TelegramUser
    bot_id: int
    fingerprint: str
    ends_at: datetime


def verify(init_data: str, bots: Bots, *, max_age: timedelta, now: datetime) -> Launch:
    """The launch behind a valid, fresh initData of one of the bots; raises InitDataError.

    What is signed is every pair but `hash`, decoded; empty values count, a key that comes twice is
    refused.
    """
    pairs = _pairs(init_data)
    bot_id = bots.behind(pairs, pairs.pop("hash"))
    if bot_id is None:
        raise InitDataError("init_data_invalid")
    signed_at = _signed_at(pairs.get("auth_date", ""))
    if signed_at > now + _AHEAD:
        raise InitDataError("init_data_invalid")
    if now - signed_at > max_age:
        raise InitDataError("init_data_stale")
    # Without `signature`: it isn't under the proof by Ed25519.
    told = f"{bot_id}\n{check_string(pairs, without='signature')}"
    return Launch(
        user=_user(pairs.get("user", "")),
        bot_id=bot_id,
        fingerprint=hashlib.sha256(told.encode()).hexdigest(),
        ends_at=signed_at + max_age,
    )


def sign(
    user: TelegramUser, bot_token: str, *, now: datetime, also: Mapping[str, str] | None = None
) -> str:
    """A valid initData for a test user: what Telegram would hand to the Mini App. `also`: further
    pairs, as `start_param` or `signature`."""
    described: dict[str, Any] = {"id": user.id, "first_name": user.first_name}
    if user.last_name:
        described["last_name"] = user.last_name
    if user.username:
        described["username"] = user.username
    if user.language_code:
        described["language_code"] = user.language_code
    if user.may_be_written:
        described["allows_write_to_pm"] = True
    pairs = {
        **(also or {}),
        "auth_date": str(int(now.timestamp())),
        "user": json.dumps(described, ensure_ascii=False, separators=(",", ":")),
    }
    return urlencode({**pairs, "hash": mac(pairs, bot_token)})


def _pairs(init_data: str) -> dict[str, str]:
    """The decoded pairs, `hash` among them; what could be read in two ways is refused."""
    if not init_data or len(init_data) > _MAX_LENGTH:
        raise InitDataError("init_data_invalid")
    try:
        init_data.encode()
        listed = parse_qsl(
            init_data,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MAX_PAIRS,
        )
    except ValueError:
        raise InitDataError("init_data_invalid") from None
    pairs = dict(listed)
    if len(pairs) != len(listed) or not _HASH.fullmatch(pairs.get("hash", "")):
        raise InitDataError("init_data_invalid")
    if not all(_KEY.fullmatch(key) and not _CONTROL.search(pairs[key]) for key in pairs):
        raise InitDataError("init_data_invalid")
    return pairs


def _signed_at(auth_date: str) -> datetime:
    if not (auth_date.isascii() and auth_date.isdecimal()) or len(auth_date) > _MAX_DATE_DIGITS:
        raise InitDataError("init_data_invalid")
    return datetime.fromtimestamp(int(auth_date), UTC)


def _user(text: str) -> TelegramUser:
    try:
        described = json.loads(text)
        identifier = described["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InitDataError("init_data_invalid") from None
    if isinstance(identifier, bool) or not isinstance(identifier, int):
        raise InitDataError("init_data_invalid")
    if not 0 < identifier < _MAX_ID:
        raise InitDataError("init_data_invalid")
    return TelegramUser(
        id=identifier,
        first_name=_text(described, "first_name") or "",
        last_name=_text(described, "last_name") or "",
        username=_text(described, "username"),
        language_code=_text(described, "language_code", _MAX_LANGUAGE),
        may_be_written=described.get("allows_write_to_pm") is True,
    )


def _text(described: Mapping[str, Any], name: str, longest: int = _MAX_NAME) -> str | None:
    value = described.get(name)
    if not isinstance(value, str):
        return None
    # JSON can carry what no database takes: a NUL, half a surrogate pair.
    storable = value.replace("\0", "").encode(errors="ignore").decode()
    return storable[:longest] or None
