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

from telegram.bots import Bots
from telegram.init_data import InitDataError, TelegramUser, sign, verify

BOT = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11xx"
BOTS = Bots((BOT,))
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def independently_signed(pairs: dict[str, str], token: str = BOT) -> str:
    """Telegram's recipe, written down a second time."""
    lines = "\n".join(f"{key}={value}" for key, value in sorted(pairs.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), "sha256")
    digest = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
    return "&".join(
        f"{quote(key, safe='')}={quote(value, safe='')}"
        for key, value in {**pairs, "hash": digest}.items()
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
        verify(data, BOTS, max_age=HOUR, now=NOW)
    return error.value.code


def test_what_telegram_signed_passes_with_blanks_and_empty_values() -> None:
    launch = verify(independently_signed(pairs()), BOTS, max_age=HOUR, now=NOW)
    assert launch.user == TelegramUser(
        id=279058397, first_name="Vladislav + - ? /", language_code="ru"
    )


def names(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=longest)


@given(st.integers(1, 2**52 - 1), names(40), names(20))
def test_our_own_signature_is_telegram_s(identifier: int, first: str, last: str) -> None:
    person = TelegramUser(identifier, first, last, "name", "en")
    found = verify(sign(person, BOT, now=NOW), BOTS, max_age=HOUR, now=NOW).user
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
        independently_signed(pairs(auth_date="-1")),
        independently_signed(pairs(auth_date="١٧٧٧٦٣٧٠٠٠")),
        independently_signed(pairs(auth_date="999999999999")),
        independently_signed(pairs(user='{"id":1e3}')),
        independently_signed(pairs(user="[" * 2000)),
        # A line feed, or `=` in a key, would make two readings of one signed text.
        independently_signed(pairs(start_param="1\nuser={}")),
        independently_signed(pairs(**{"start=param": "1"})),
        independently_signed(pairs(**{"": "1"})),
        independently_signed({**pairs(), **{f"more{n}": "" for n in range(70)}}),
        # Not UTF-8, and half a character: no text that Telegram could have signed.
        independently_signed(pairs()) + "&a=%FF",
        independently_signed(pairs()) + "&a=\ud800",
    ],
)
def test_what_is_not_telegram_s_is_refused(data: str) -> None:
    assert code(data) == "init_data_invalid"


def test_age_counts_both_ways() -> None:
    data = independently_signed(pairs())
    verify(data, BOTS, max_age=HOUR, now=NOW + HOUR)
    for moment, wanted in (
        (NOW + HOUR + timedelta(seconds=1), "init_data_stale"),
        (NOW - timedelta(seconds=61), "init_data_invalid"),
    ):
        with pytest.raises(InitDataError) as error:
            verify(data, BOTS, max_age=HOUR, now=moment)
        assert error.value.code == wanted


def test_every_pair_but_the_hash_is_signed_and_none_may_be_added_or_dropped() -> None:
    good = independently_signed(pairs())
    parts = good.split("&")
    for number, part in enumerate(parts):
        without = "&".join(parts[:number] + parts[number + 1 :])
        assert code(without) == "init_data_invalid", part
    assert code(good + "&more=1") == "init_data_invalid"
    assert code(good + "&empty2=") == "init_data_invalid"


@given(st.permutations(independently_signed(pairs()).split("&")))
def test_the_order_of_the_pairs_means_nothing(parts: list[str]) -> None:
    assert verify("&".join(parts), BOTS, max_age=HOUR, now=NOW).user.id == 279058397


def test_the_user_is_the_signed_one_whatever_else_the_query_says() -> None:
    data = independently_signed(pairs(id="1", user_id="1", start_param="user=1"))
    assert verify(data, BOTS, max_age=HOUR, now=NOW).user.id == 279058397


def test_a_hash_in_capitals_or_cut_short_is_none() -> None:
    good = independently_signed(pairs())
    rest, _, digest = good.rpartition("=")
    assert code(f"{rest}={digest.upper()}") == "init_data_invalid"
    assert code(f"{rest}={digest[:-1]}") == "init_data_invalid"
    assert code(f"{rest}=") == "init_data_invalid"


def test_names_are_kept_as_a_database_can_keep_them() -> None:
    described = {"id": 5, "first_name": "a\0b\ud800", "last_name": 7, "username": "u" * 99}
    described["language_code"] = "x" * 40
    data = independently_signed(pairs(user=json.dumps(described)))
    found = verify(data, BOTS, max_age=HOUR, now=NOW).user
    assert found == TelegramUser(5, "ab", "", "u" * 64, "x" * 16)


def test_a_minute_ahead_is_a_clock_and_no_forgery() -> None:
    data = independently_signed(pairs())
    ahead = NOW - timedelta(seconds=60)
    assert verify(data, BOTS, max_age=HOUR, now=ahead).user.id == 279058397
