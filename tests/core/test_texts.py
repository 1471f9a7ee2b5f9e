"""One catalogue, two languages: nothing is missing, nothing breaks, every word has a sentence."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts import DEFAULT, LANGUAGES, catalogue, negotiate, text
from trading.key_state import KeyNews
from trading.reasons import Reason
from trading.waits import WaitReason

SECTIONS = (
    "reason",
    "problem",
    "field",
    "advice",
    "bot",
    "job",
    "mail",
    "wait",
    "verification",
    "export",
    "notice",
    "time",
    "toast",
    "realtime",
)
PROBLEMS = [
    "account_busy",
    "account_removed",
    "bad_credentials",
    "body_too_large",
    "broadcast_not_scheduled",
    "channel_not_set_up",
    "confirmation_needs_factor",
    "confirmation_required",
    "conflict",
    "csrf_failed",
    "exchange_auth",
    "exchange_banned",
    "exchange_busy",
    "exchange_unreachable",
    "export_expired",
    "forbidden",
    "idempotency_key_missing",
    "idempotency_key_reused",
    "init_data_invalid",
    "init_data_replayed",
    "init_data_stale",
    "internal_error",
    "job_already_ended",
    "job_not_ended",
    "job_trimmed",
    "key_can_withdraw",
    "key_cannot_trade",
    "key_dangerous",
    "key_expired",
    "key_ip_not_bound",
    "key_wrong_environment",
    "last_way_in",
    "link_invalid",
    "mail_link_over",
    "mail_not_set_up",
    "malformed_json",
    "method_not_allowed",
    "no_api_key",
    "no_email",
    "no_pin",
    "no_second_factor",
    "not_acceptable",
    "not_found",
    "nothing_to_restore",
    "password_required",
    "origin_foreign",
    "password_wrong",
    "percent_out_of_range",
    "pin_locked",
    "pin_weak",
    "pin_wrong",
    "rate_limited",
    "refresh_reused",
    "send_superseded",
    "send_too_late",
    "send_withdrawn",
    "send_without_message",
    "service_unavailable",
    "signal_not_live",
    "signal_settled",
    "snapshot_not_found",
    "sockets_full",
    "telegram_linked",
    "telegram_unreachable",
    "ticket_invalid",
    "token_expired",
    "too_many_codes",
    "too_many_sockets",
    "totp_not_begun",
    "totp_off",
    "totp_on",
    "totp_required",
    "totp_wrong",
    "unauthenticated",
    "unknown_symbol",
    "unsupported_media_type",
    "upgrade_required",
    "upgrade_unavailable",
    "user_id_foreign",
    "user_id_missing",
    "validation_failed",
]
FIELDS = [
    "email_invalid",
    "invalid",
    "not_a_number",
    "password_common",
    "password_like_email",
    "password_long",
    "password_not_chosen",
    "password_short",
    "password_wrong",
    "percent_decimals",
    "percent_out_of_range",
    "pin_or_code",
    "pin_weak",
    "phone_number_invalid",
    "private_key_unreadable",
    "private_key_weak",
    "required",
    "too_long",
    "too_short",
    "unknown_choice",
    "unknown_field",
    "unknown_symbol",
    "wrong_type",
]
ADVICE = ["expires_soon", "futures_not_allowed", "no_ip_list", "spot_not_allowed"]
NOTICES = ["codes_locked", "password_guessed", "pin_locked", "pin_off", "pin_reset", "totp_off"]
KEYS = sorted(catalogue(DEFAULT))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    for language in LANGUAGES:
        assert sorted(catalogue(language)) == KEYS


def test_a_sentence_has_the_same_placeholders_in_both_languages() -> None:
    in_russian, in_english = (
        {key: placeholders(sentence) for key, sentence in catalogue(language).items()}
        for language in ("ru", "en")
    )
    assert in_russian == in_english
    names = {name for found in in_english.values() for name in found}
    assert {name for name in names if not name.isidentifier()} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_for_a_leg_a_problem_a_field_and_an_advice_has_a_sentence(
    language: str,
) -> None:
    wanted = {f"reason.{reason}" for reason in Reason}
    wanted |= {f"problem.{code}.{part}" for code in PROBLEMS for part in ("title", "detail")}
    wanted |= {f"wait.{reason}" for reason in WaitReason}
    wanted |= {f"notice.{news}" for news in (*KeyNews, *NOTICES)}
    wanted |= {f"field.{code}" for code in FIELDS} | {f"advice.{code}" for code in ADVICE}
    assert wanted - catalogue(language).keys() == set()


def test_no_sentence_about_a_leg_is_of_a_reason_that_does_not_exist() -> None:
    known = {f"reason.{reason}" for reason in Reason}
    assert {key for key in KEYS if key.startswith("reason.")} == known


def test_every_problem_has_both_a_title_and_a_detail() -> None:
    parts: dict[str, set[str]] = {}
    for key in KEYS:
        section, code, *rest = key.split(".")
        assert section in SECTIONS
        if section == "problem":
            parts.setdefault(code, set()).update(rest)
    assert {code for code, found in parts.items() if found != {"title", "detail"}} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_written_for_a_person(language: str) -> None:
    sentences = catalogue(language)
    assert {key for key, sentence in sentences.items() if sentence != sentence.strip()} == set()
    open_ended = {
        key
        for key, sentence in sentences.items()
        if not key.endswith(".title") and not sentence.endswith((".", "}"))
    }
    assert open_ended == set()
    assert {key for key, sentence in sentences.items() if not sentence} == set()


def test_russian_is_russian_and_english_is_not() -> None:
    def cyrillic(sentence: str) -> bool:
        return any("а" <= letter <= "я" for letter in sentence.lower())

    worded = [key for key in KEYS if set(catalogue("en")[key]) - set("{}_" + string.ascii_letters)]
    assert [key for key in worded if not cyrillic(catalogue("ru")[key])] == []
    assert [key for key in KEYS if cyrillic(catalogue("en")[key])] == []


def test_values_stand_where_their_placeholders_were() -> None:
    assert "17 s" in text("problem.rate_limited.detail", "en", {"wait": "17 s"})
    assert "XYZUSDT" in text("field.unknown_symbol", "ru", {"symbol": "XYZUSDT", "more": "x"})


def test_a_value_with_braces_is_shown_as_it_came() -> None:
    shown = text("problem.key_refused.detail", "en", {"message": "{0} {message}"})
    assert shown.endswith("{0} {message}")


@given(st.text(), st.text(max_size=4))
def test_a_key_that_nobody_knows_is_shown_itself(key: str, language: str) -> None:
    shown = f"reason.no-such-word {key}"
    assert text(shown, language) == shown


@given(st.sampled_from(KEYS), st.sampled_from(LANGUAGES), st.dictionaries(st.text(), st.text()))
def test_no_value_and_no_lack_of_one_breaks_a_sentence(
    key: str, language: str, values: dict[str, str]
) -> None:
    assert isinstance(text(key, language, values), str)


def test_an_unknown_language_reads_english() -> None:
    assert text("problem.not_found.title", "de") == catalogue("en")["problem.not_found.title"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru", "ru"),
        ("RU-ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-GB,ru;q=0.9", "en"),
        ("de-DE, ru;q=0.4, en;q=0.3", "ru"),
        ("rue,enm", "en"),
        (",;q=1,,", "en"),
        ("*", "en"),
    ],
)
def test_the_first_of_our_languages_that_is_asked_for_is_spoken(header: str, language: str) -> None:
    assert negotiate(header) == language


@given(st.none() | st.text())
def test_any_header_leads_to_a_language_of_ours(header: str | None) -> None:
    assert negotiate(header) in LANGUAGES
