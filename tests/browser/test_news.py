"""What a person is told of their account: the state of a key, notices, and what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens

pytestmark = pytest.mark.browser


def test_a_key_that_went_bad_is_told_once_and_stands_in_the_log(
    opens: Opens, control: Callable[..., Any]
) -> None:
    with opens(inside_telegram=False) as person:
        person.book()
        expect(person.at("nav-notices")).to_have_count(0)
        person.at("nav-settings").click()
        expect(person.at("key-state")).to_have_text("Ключ работает")
        control("PATCH", f"accounts/{person.keys['uid']}", {"expired_at": "2026-01-01T00:00:00Z"})
        person.at("key-check").click()
        expect(person.at("key-state")).to_have_text("Срок истёк")
        expect(person.at("account-row")).to_contain_text("Создайте на Bybit новый ключ")

        expect(person.at("notices-badge")).to_contain_text("1")
        person.at("settings-notices").click()
        notice = person.at("notice")
        expect(notice).to_have_attribute("data-unread", "true")
        expect(notice).to_contain_text("Main")
        person.at("notice-read").click()
        expect(notice).to_have_attribute("data-unread", "false")
        person.at("back").click()
        expect(person.at("notices-badge")).to_have_count(0)

        person.at("settings-security").click()
        log = person.at("own-audit")
        expect(log.locator("[data-action='account.key_refused']")).to_contain_text(
            "Bybit отклонил ключ"
        )
        expect(log.locator("[data-action='user.sign_in']").first).to_contain_text("Вход в Ebb")
