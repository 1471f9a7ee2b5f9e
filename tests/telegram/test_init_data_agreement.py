"""Two libraries that nobody here wrote read 10,000 initData as we do: whatever one accepts all
accept, but for the differences listed here with their reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import parse_qsl

import init_data_py
import pytest
import telegram_webapp_auth.auth as webapp_auth
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from telegram_webapp_auth.errors import ExpiredInitDataError, InvalidInitDataError

from telegram import bots
from telegram.bots import Bots
from telegram.init_data import InitDataError, verify
from tests.telegram.init_data_corpus import BOT_ID, NOW, TOKEN, Case, corpus

SEED = 20_260_501
SIZE = 10_000
HOUR = timedelta(hours=1)
OURS, LINES, FIELDS = "ours", "init-data-py", "telegram-webapp-auth"
Pairs = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """A reason for which `by` refuse what others may accept."""

    why: str
    by: frozenset[str]
    holds: Callable[[Pairs], bool]


def difference(why: str, holds: Callable[[Pairs], bool], *by: str) -> Difference:
    return Difference(why, frozenset(by), holds)


def _known_user(pairs: Pairs) -> bool:
    found = re.search(r'"id":(\d+)[,}]', pairs.get("user", ""))
    return found is not None and 0 < int(found[1]) < 2**52


def _seconds_ahead(pairs: Pairs) -> float:
    date = pairs.get("auth_date", "")
    return int(date) - NOW.timestamp() if date.isdecimal() else 0


def _sorts_otherwise(pairs: Pairs) -> bool:
    lines = [f"{key}={pairs[key]}" for key in sorted(pairs)]
    return lines != sorted(lines)


KNOWN = (
    difference(
        "we need somebody to sign in: an id within 52 bits; for others the user may be missing",
        lambda pairs: not _known_user(pairs),
        OURS,
    ),
    difference(
        "an id is a number, not a text",
        lambda pairs: '"id":"' in pairs.get("user", ""),
        OURS,
        LINES,
    ),
    difference(
        "others take only the fields they know of in `user`, or ask for a first name",
        lambda pairs: (
            "new_field" in pairs.get("user", "") or "first_name" not in pairs.get("user", "")
        ),
        LINES,
        FIELDS,
    ),
    difference(
        "a name outside A-Za-z0-9_ could hide a `=`: one signed line, two readings",
        lambda pairs: not all(re.fullmatch(r"\w+", key, re.ASCII) for key in pairs),
        OURS,
    ),
    difference(
        "a line feed in a value lets one signed text be read as other pairs",
        lambda pairs: any("\n" in value for value in pairs.values()),
        OURS,
    ),
    difference(
        "bytes that are no UTF-8 become U+FFFD elsewhere",
        lambda pairs: any("\ufffd" in value for value in pairs.values()),
        OURS,
    ),
    difference(
        "a date more than a minute ahead is no clock's error; others know no future",
        lambda pairs: _seconds_ahead(pairs) > 60,
        OURS,
    ),
    difference(
        "digits of other scripts are none to us",
        lambda pairs: not pairs.get("auth_date", "").isascii(),
        OURS,
        LINES,
    ),
    difference(
        "Telegram writes the hash in lower case; init-data-py takes both",
        lambda pairs: pairs.get("hash", "") != pairs.get("hash", "").lower(),
        OURS,
        FIELDS,
    ),
    difference(
        "the hash belongs to initData, though the signature alone proves it",
        lambda pairs: not re.fullmatch(r"[0-9a-fA-F]{64}", pairs.get("hash", "")),
        OURS,
        LINES,
    ),
    difference(
        "Telegram's signature has no padding",
        lambda pairs: pairs.get("signature", "").endswith("="),
        OURS,
    ),
    difference(
        "what stands under `signature` is a text like any other where the hash is the proof",
        lambda pairs: not re.fullmatch(r"[\w-]+=*", pairs.get("signature", "a"), re.ASCII),
        LINES,
    ),
    difference(
        "keys or lines may be sorted: `a1` and `a`; Telegram has no key that begins with another",
        _sorts_otherwise,
        LINES,
    ),
    difference(
        "kinds of chat that a library doesn't know; we don't read them",
        lambda pairs: pairs.get("chat_type") == "bar",
        FIELDS,
    ),
    difference(
        "`can_send_after` is a number; we don't read it",
        lambda pairs: not re.fullmatch(r"\d+", pairs.get("can_send_after", "0")),
        LINES,
        FIELDS,
    ),
)


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    """Telegram's key, for once in our hands."""
    return Ed25519PrivateKey.from_private_bytes(b"telegram" * 4)


@pytest.fixture
def same_moment(monkeypatch: pytest.MonkeyPatch, key: Ed25519PrivateKey) -> None:
    """One key and one time for all three."""

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return NOW

    public = key.public_key()
    monkeypatch.setattr(webapp_auth, "datetime", Frozen)
    monkeypatch.setattr(webapp_auth, "PROD_PUBLIC_KEY", public)
    monkeypatch.setattr(bots, "_PRODUCTION", public.public_bytes_raw())


def ours(case: Case) -> int | None:
    known = Bots((), third_party=(BOT_ID,)) if case.by_signature else Bots((TOKEN,))
    try:
        return verify(case.data, known, max_age=HOUR, now=NOW).user.id
    except InitDataError:
        return None


def by_init_data_py(case: Case, public_key: bytes) -> int | None:
    """The user's id, -1 where it accepts without one."""
    try:
        if case.by_signature:
            read = init_data_py.validate_by_signature(
                case.data, BOT_ID, public_key=public_key, expires_in=HOUR, now=NOW
            )
        else:
            read = init_data_py.validate_by_hash(case.data, TOKEN, expires_in=HOUR, now=NOW)
    except init_data_py.errors.InvalidInitDataError:
        return None
    return read.user.id if read.user else -1


def by_webapp_auth(case: Case) -> int | None:
    reader = webapp_auth.TelegramAuthenticator(webapp_auth.generate_secret_key(TOKEN))
    try:
        if case.by_signature:
            read = reader.validate_third_party(case.data, BOT_ID, HOUR)
        else:
            read = reader.validate(case.data, HOUR)
    # TypeError: it compares a hash that isn't ASCII.
    except (InvalidInitDataError, ExpiredInitDataError, TypeError):
        return None
    return read.user.id if read.user else -1


def test_three_readers_agree_but_for_what_is_listed(
    same_moment: None, key: Ed25519PrivateKey
) -> None:
    public_key = key.public_key().public_bytes_raw()
    counted: Counter[str] = Counter()
    for case in corpus(key, SEED, SIZE):
        verdicts = {
            OURS: ours(case),
            LINES: by_init_data_py(case, public_key),
            FIELDS: by_webapp_auth(case),
        }
        if len(set(verdicts.values())) == 1:
            counted["refused" if verdicts[OURS] is None else "accepted"] += 1
            continue
        pairs = dict(parse_qsl(case.data, keep_blank_values=True))
        reasons = [known for known in KNOWN if known.holds(pairs)]
        refusing = {who for who, verdict in verdicts.items() if verdict is None}
        accepting = set(verdicts.values()) - {None}
        assert len(accepting) == 1, (case, verdicts)
        assert refusing <= {who for known in reasons for who in known.by}, (case, verdicts)
        counted.update(known.why for known in reasons if refusing & known.by)
    assert counted["accepted"] > SIZE / 4
    assert counted["refused"] > SIZE / 4
    assert [known.why for known in KNOWN if not counted[known.why]] == []
