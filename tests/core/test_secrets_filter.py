"""Nothing that is secret passes into a log, by name, by value or by shape."""

from __future__ import annotations

import re
import secrets as random_secrets
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import secrets_filter
from core.secrets_filter import (
    MASK,
    mask_while_alive,
    recognise,
    remember,
    scrub,
    scrub_text,
)

KNOWN = random_secrets.token_urlsafe(24)
LONGER = f"{KNOWN}-{random_secrets.token_urlsafe(8)}"


@pytest.fixture(autouse=True, scope="module")
def _known() -> Iterator[None]:
    before = dict(secrets_filter._remembered)
    remember(KNOWN, LONGER)
    yield
    secrets_filter._remembered.clear()
    secrets_filter._remembered.update(before)


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.just(KNOWN), st.just(KNOWN.encode())
)
names = st.one_of(st.text(max_size=8), st.just(KNOWN), st.sampled_from(["note", "error", "event"]))
nested = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(nested)
def test_a_known_secret_passes_in_no_structure_not_even_as_a_key(value: Any) -> None:
    assert KNOWN not in repr(scrub(value))


@given(st.text(), st.text())
def test_a_known_secret_passes_in_no_text(before: str, after: str) -> None:
    assert KNOWN not in scrub_text(before + KNOWN + after)


def test_of_a_secret_that_begins_with_another_no_tail_is_left() -> None:
    assert scrub_text(f"say {LONGER} and {KNOWN}") == f"say {MASK} and {MASK}"


class Holding:
    def __init__(self, *values: str) -> None:
        self.secrets = values


def test_what_an_object_holds_is_masked_while_it_lives_and_as_a_word_afterwards() -> None:
    held, odd = random_secrets.token_hex(9), f"{random_secrets.token_hex(9)}!"
    holder, same = Holding(held, odd), Holding(held, odd)
    mask_while_alive(holder)
    mask_while_alive(same)
    del holder
    assert scrub_text(f"x{held}x {odd}") == f"x{MASK}x {MASK}"
    del same
    assert scrub_text(f"key={held}, x{held}x {odd}") == f"key={MASK}, x{held}x {odd}"


def test_only_so_many_are_recognised_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_filter, "_MAX_RECOGNISED", 2)
    words = [random_secrets.token_hex(9) for _ in range(3)]
    recognise(*words)
    assert scrub_text(" ".join(words)) == f"{words[0]} {MASK} {MASK}"


def test_what_is_too_short_to_be_a_secret_masks_nothing() -> None:
    remember("", "abc", "12345")
    assert scrub_text("abc 12345") == "abc 12345"


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "API-KEY",
        "api_secret",
        "password",
        "access_token",
        "Authorization",
        "initData",
        "init_data",
        "X-BAPI-SIGN",
        "X-BAPI-API-KEY",
        "Set-Cookie",
        "master_secrets",
        "EBB_JWT_SECRET",
    ],
)
def test_a_field_with_a_secret_s_name_is_masked_whatever_it_holds(name: str) -> None:
    for value in ("x", b"x", 7, ["x"], {"a": "x"}, ValueError("x")):
        assert scrub({name: value}) == {name: MASK}


@pytest.mark.parametrize("name", ["api_key_masked", "symbol", "order_link_id", "code"])
def test_other_fields_are_shown(name: str) -> None:
    assert scrub({name: "…abcd"}) == {name: "…abcd"}


@pytest.mark.parametrize("empty", [None, ""])
def test_that_a_secret_is_not_set_may_be_seen(empty: str | None) -> None:
    assert scrub({"api_secret": empty}) == {"api_secret": empty}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl b", f"a {MASK} b"),
        ("a gAAAAABmZmZmZmZmZmZmZmZmZmZmZg== b", f"a {MASK} b"),
        (f"a {'0f' * 32} b", f"a {MASK} b"),
        ("to rediss://:pass@host:6379/0 now", f"to rediss://{MASK}@host:6379/0 now"),
        ("postgresql+psycopg2://u:p@h/ebb", f"postgresql+psycopg2://{MASK}@h/ebb"),
        ("http://127.0.0.1:8100/v5/order", "http://127.0.0.1:8100/v5/order"),
        (f"{'0f' * 16} is no MAC", f"{'0f' * 16} is no MAC"),
    ],
)
def test_what_has_a_secret_s_shape_is_masked_in_free_text(text: str, shown: str) -> None:
    assert scrub_text(text) == shown


def test_plain_values_stay_what_they_are() -> None:
    assert scrub([1, 2.5, True, None, "text", (3,)]) == [1, 2.5, True, None, "text", [3]]
    identifier = uuid.UUID(int=7)
    assert scrub([Decimal("0.10"), identifier]) == ["0.10", str(identifier)]


def test_bytes_that_are_no_text_do_not_break_a_log_line() -> None:
    assert scrub(b"\xff\xfe") == "��"


@pytest.mark.parametrize(
    "text",
    [
        '{"percent": "25", "confirmation": {"pin": "8302"}}',
        "confirmation={'code': '302114'} was refused",
        'old_pin=8302 and "pin":"302114"',
        r"body={\"pin\": \"8302\"}",
    ],
)
def test_what_a_person_confirms_with_passes_in_no_text(text: str) -> None:
    assert not {"8302", "302114"} & set(re.findall(r"\d+", scrub_text(text)))


def test_what_a_person_confirms_with_passes_under_no_name() -> None:
    typed = {"confirmation": {"code": "302114"}, "pin": "8302", "old_pin": "8302", "spin": "1"}
    assert scrub(typed) == {"confirmation": MASK, "pin": MASK, "old_pin": MASK, "spin": "1"}
