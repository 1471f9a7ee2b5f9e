"""Ids, numbers, the vault, and logs that cannot carry a secret."""

from __future__ import annotations

import io
import json
import logging
import re
import uuid
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import secrets_filter
from core.ids import new_id, order_link_id
from core.logs import configure_logs, get_logger, log_context
from core.numbers import ceil_to_step, exact, floor_to_step, plain
from core.secrets_filter import MASK, remember, scrub
from core.texts import LANGUAGES, catalogue, negotiate, text
from core.vault import Vault, VaultError
from exchange import classify
from trading.reasons import Reason

MASTER, NEWER = "m" * 10 + "0123456789abcdefghijklmnop", "n" * 10 + "0123456789abcdefghijklmnop"


@given(st.uuids(), st.integers(1, 99_999))
def test_an_order_id_is_a_function_of_leg_and_attempt(leg: uuid.UUID, attempt: int) -> None:
    link = order_link_id(leg, attempt)
    assert link == order_link_id(leg, attempt)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,36}", link)
    assert link != order_link_id(leg, attempt % 99_999 + 1)


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="attempt"):
        order_link_id(new_id(), 0)


def test_ids_sort_by_time() -> None:
    made = [new_id() for _ in range(50)]
    assert made == sorted(made)


amounts = st.decimals(D(0), D(10) ** 9, places=9)
steps = st.sampled_from([D("0.000001"), D("0.001"), D("0.05"), D(1), D(25)])


@given(amounts, steps)
def test_flooring_and_ceiling_enclose_a_quantity(amount: D, step: D) -> None:
    low, high = floor_to_step(amount, step), ceil_to_step(amount, step)
    assert low <= amount <= high
    assert high - low in (0, step)
    assert low % step == high % step == 0


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_plain_text_is_the_same_number_without_an_exponent(number: D) -> None:
    shown = plain(number)
    assert D(shown) == number
    assert "E" not in shown


@pytest.mark.parametrize("bad", ["", "abc", "NaN", "Infinity", "1,5", 1.5, None, True])
def test_only_exact_numbers_are_numbers(bad: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        exact(bad)  # type: ignore[arg-type] # that is the point


def test_a_secret_opens_for_its_user_only() -> None:
    vault, mine, yours = Vault([MASTER]), new_id(), new_id()
    token = vault.encrypt(mine, "api-secret-value")
    assert "api-secret-value" not in token
    assert vault.decrypt(mine, token) == "api-secret-value"
    with pytest.raises(VaultError):
        vault.decrypt(yours, token)
    with pytest.raises(VaultError):
        vault.decrypt(mine, token[:-4] + "AAAA")


def test_a_new_master_secret_encrypts_and_the_old_one_still_opens() -> None:
    mine = new_id()
    token = Vault([MASTER]).encrypt(mine, "api-secret-value")
    both = Vault([NEWER, MASTER])
    assert both.decrypt(mine, token) == "api-secret-value"
    rotated = both.rotate(mine, token)
    assert Vault([NEWER]).decrypt(mine, rotated) == "api-secret-value"
    with pytest.raises(VaultError):
        Vault([NEWER]).decrypt(mine, token)
    with pytest.raises(ValueError, match="at least one"):
        Vault([])


def test_a_key_is_found_again_without_being_held() -> None:
    vault = Vault([MASTER])
    assert vault.fingerprint("key-1") == vault.fingerprint("key-1") != vault.fingerprint("key-2")


def test_fields_values_and_shapes_are_masked() -> None:
    remember("hunter2-hunter2")
    shown = scrub(
        {
            "api_key": "abc",
            "api_key_masked": "…abcd",
            "nested": [{"Authorization": "Bearer x"}, b"say hunter2-hunter2 now"],
            "url": "postgresql://user:pass@host/db",
            "jwt": "",
            "count": 3,
            "text": "token eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl end",
            "error": ValueError("hunter2-hunter2"),
        }
    )
    assert shown == {
        "api_key": MASK,
        "api_key_masked": "…abcd",
        "nested": [{"Authorization": MASK}, f"say {MASK} now"],
        "url": f"postgresql://{MASK}@host/db",
        "jwt": "",
        "count": 3,
        "text": f"token {MASK} end",
        "error": MASK,
    }


@pytest.mark.parametrize(
    "said",
    [
        "headers {'X-BAPI-API-KEY': '94ff6b89d892afcbe3', 'X-BAPI-SIGN': 'c0ffee-c0ffee'}",
        '{"retCode":0,"result":{"apiKey":"94ff6b89d892afcbe3"}}',
        r"{\"apiKey\":\"94ff6b89d892afcbe3\"}",
        "GET /x?api_key=94ff6b89d892afcbe3&limit=5",
        "Authorization: Bearer 94ff6b89d892afcbe3",
    ],
)
def test_a_named_secret_in_somebody_else_s_text_is_masked(said: str) -> None:
    shown = secrets_filter.scrub_text(said)
    assert "94ff6b89d892afcbe3" not in shown
    assert "c0ffee" not in shown


def test_only_so_many_values_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_filter, "_MAX_REMEMBERED", 3)
    remember("first-secret", "second-secret", "third-secret", "fourth-secret", "tiny")
    assert secrets_filter.scrub_text("fourth-secret") == MASK
    assert len(secrets_filter._remembered) == 3


def test_a_log_line_has_its_ids_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    target = io.StringIO()
    try:
        monkeypatch.setattr("sys.stderr", target)
        configure_logs("INFO")
        remember("a-very-secret-value")
        with log_context(job_id="7"):
            get_logger("test.ground").info("done", note="a-very-secret-value", api_secret="x")
            logging.getLogger("elsewhere").warning("saw %s", "a-very-secret-value")
            try:
                raise ValueError("a-very-secret-value")
            except ValueError:
                get_logger("test.ground").exception("failed")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    lines = [json.loads(line) for line in target.getvalue().splitlines()]
    assert len(lines) == 3
    assert {line["job_id"] for line in lines} == {"7"}
    assert "a-very-secret-value" not in target.getvalue()
    assert lines[0]["api_secret"] == MASK


def test_the_catalogues_agree() -> None:
    english, russian = catalogue("en"), catalogue("ru")
    assert english.keys() == russian.keys()
    for key, sentence in english.items():
        fields = sorted(re.findall(r"{(\w+)}", sentence))
        assert sorted(re.findall(r"{(\w+)}", russian[key])) == fields, key


def test_every_reason_has_a_sentence() -> None:
    words = {*Reason, *classify.REJECT_REASONS.values(), *classify.KEY_REASONS.values()}
    words |= {classify.OTHER_REFUSAL, classify.MODE_CHANGED}
    for language in LANGUAGES:
        for reason in words:
            assert f"reason.{reason}" in catalogue(language), reason


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "en"), ("", "en"), ("de", "en"), ("de,ru;q=0.5", "ru"), ("en-US,ru", "en")],
)
def test_the_first_language_of_ours_is_spoken(header: str | None, language: str) -> None:
    assert negotiate(header) == language


def test_a_text_falls_back_and_never_breaks() -> None:
    assert text("no.such.key", "ru") == "no.such.key"
    assert "{" not in text("problem.rate_limited.detail", "xx")
