"""Telegram's initData: check that it is Telegram's, fresh, and whose (core.telegram.org,
"Validating data received via the Mini App")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

_KEY = b"WebAppData"
_AHEAD = timedelta(seconds=60)
_MAX_LENGTH = 8192
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
    """Who signed in, from the verified data only."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    language_code: str | None = None


def verify(init_data: str, bot_token: str, *, max_age: timedelta, now: datetime) -> TelegramUser:
    """The user behind a valid, fresh initData; raises InitDataError.

    The check string is every pair but `hash`, decoded, sorted by key, joined with line feeds;
    empty values count, a key that comes twice is refused.
    """
    pairs = _pairs(init_data)
    given = pairs.pop("hash", "")
    if not hmac.compare_digest(_mac(pairs, bot_token), given.encode()):
        raise InitDataError("init_data_invalid")
    auth_date = pairs.get("auth_date", "")
    if not (auth_date.isascii() and auth_date.isdecimal()) or len(auth_date) > _MAX_DATE_DIGITS:
        raise InitDataError("init_data_invalid")
    signed_at = datetime.fromtimestamp(int(auth_date), UTC)
    if signed_at > now + _AHEAD:
        raise InitDataError("init_data_invalid")
    if now - signed_at > max_age:
        raise InitDataError("init_data_stale")
    return _user(pairs.get("user", ""))


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
    pairs = {
        **(also or {}),
        "auth_date": str(int(now.timestamp())),
        "user": json.dumps(described, ensure_ascii=False, separators=(",", ":")),
    }
    return urlencode({**pairs, "hash": _mac(pairs, bot_token).decode()})


def _pairs(init_data: str) -> dict[str, str]:
    if not init_data or len(init_data) > _MAX_LENGTH:
        raise InitDataError("init_data_invalid")
    try:
        listed = parse_qsl(init_data, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise InitDataError("init_data_invalid") from None
    pairs = dict(listed)
    if len(pairs) != len(listed):
        raise InitDataError("init_data_invalid")
    return pairs


def _mac(pairs: Mapping[str, str], bot_token: str) -> bytes:
    check = "\n".join(f"{key}={pairs[key]}" for key in sorted(pairs))
    secret = hmac.new(_KEY, bot_token.encode(), hashlib.sha256).digest()
    return hmac.new(secret, check.encode(), hashlib.sha256).hexdigest().encode()


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
    )


def _text(described: Mapping[str, Any], name: str, longest: int = _MAX_NAME) -> str | None:
    value = described.get(name)
    if not isinstance(value, str):
        return None
    # JSON can carry what no database takes: a NUL, half a surrogate pair.
    storable = value.replace("\0", "").encode(errors="ignore").decode()
    return storable[:longest] or None
