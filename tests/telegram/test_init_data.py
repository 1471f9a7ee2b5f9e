"""initData: what Telegram signed passes, anything else does not."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram.init_data import InitDataError, TelegramUser, sign, verify

BOT = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11xx"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def independently_signed(pairs: dict[str, str], token: str = BOT) -> str:
    """Telegram's recipe, written down a second time."""
    lines = "\n".join(f"{key}={value}" for key, value in sorted(pairs.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), "sha256")
    digest = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
    return "&".join(
        f"{key}={quote(value, safe='')}" for key, value in {**pairs, "hash": digest}.items()
    )


def pairs(**more: str) -> dict[str, str]:
    user = {"id": 279058397, "first_name": "Vladislav + - ? /", "language_code": "ru"}
    return {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps(user),
        "auth_date": str(int(NOW.timestamp())),
        "signature": "abc_DEF-123",
        "empty": "",
        **more,
    }


def code(data: str, **wishes: object) -> str:
    with pytest.raises(InitDataError) as error:
        verify(data, BOT, max_age=HOUR, now=NOW)
    return error.value.code


def test_what_telegram_signed_passes_with_blanks_and_empty_values() -> None:
    user = verify(independently_signed(pairs()), BOT, max_age=HOUR, now=NOW)
    assert user == TelegramUser(id=279058397, first_name="Vladislav + - ? /", language_code="ru")


@given(
    st.integers(1, 2**52 - 1),
    st.text(max_size=40),
    st.text(max_size=20),
)
def test_our_own_signature_is_telegram_s(identifier: int, first: str, last: str) -> None:
    person = TelegramUser(identifier, first, last, "name", "en")
    found = verify(sign(person, BOT, now=NOW), BOT, max_age=HOUR, now=NOW)
    assert (found.id, found.first_name, found.last_name) == (identifier, first, last)


@given(st.data())
def test_any_change_is_noticed(data: st.DataObject) -> None:
    good = independently_signed(pairs())
    place = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.sampled_from("0aZ&=%+"))
    changed = good[:place] + letter + good[place + 1 :]
    if urlencode([*_decoded(changed)]) != urlencode([*_decoded(good)]):
        assert code(changed) == "init_data_invalid"


def _decoded(text: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl  # noqa: PLC0415

    return parse_qsl(text, keep_blank_values=True)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hash",
        "x" * 9000,
        "&".join(["hash=1"] * 2),
        independently_signed(pairs(), token="1:another"),
        independently_signed(pairs()) + "&user=again",
        independently_signed(pairs(user="not json")),
        independently_signed(pairs(user='{"id":"279058397"}')),
        independently_signed(pairs(user='{"id":true}')),
        independently_signed(pairs(user='{"id":0}')),
        independently_signed(pairs(user=f'{{"id":{2**52}}}')),
        independently_signed(pairs(user="[]")),
        independently_signed(pairs(auth_date="soon")),
        independently_signed(pairs(auth_date="")),
    ],
)
def test_what_is_not_telegram_s_is_refused(data: str) -> None:
    assert code(data) == "init_data_invalid"


def test_age_counts_both_ways() -> None:
    data = independently_signed(pairs())
    verify(data, BOT, max_age=HOUR, now=NOW + HOUR)
    for moment, wanted in (
        (NOW + HOUR + timedelta(seconds=1), "init_data_stale"),
        (NOW - timedelta(seconds=61), "init_data_invalid"),
    ):
        with pytest.raises(InitDataError) as error:
            verify(data, BOT, max_age=HOUR, now=moment)
        assert error.value.code == wanted
