"""The seeded sandbox account of a test user. Only the sandbox environment comes here."""

from __future__ import annotations

import uuid

import requests

from core.problems import Problem
from exchange.gateway import Credentials
from exchange.types import ExchangeEnvironment
from models.base import db
from models.users import live_accounts
from trading.accounts import NewKey, connect
from web import wired
from web.origin import origin

_TIMEOUT = 5.0


def ensure_sandbox_account(user_id: uuid.UUID, telegram_id: int) -> None:
    """Connect the person's demo book, unless an account is connected already."""
    if live_accounts(db.session(), user_id):
        return
    desk = wired.desk()
    try:
        answer = requests.post(
            f"{desk.settings.sandbox_url}/_control/demo-book",
            json={"telegram_id": telegram_id},
            timeout=_TIMEOUT,
        )
        answer.raise_for_status()
        keys = answer.json()
    except requests.RequestException:
        raise Problem("exchange_unreachable", 502) from None
    key = NewKey(
        label="Sandbox",
        environment=ExchangeEnvironment.SANDBOX,
        credentials=Credentials(api_key=keys["api_key"], api_secret=keys["api_secret"]),
    )
    try:
        connect(db.session(), desk, user_id, key, origin())
    except Problem as problem:
        # Two first sign-ins at once: the other one connected it.
        if problem.code != "key_already_connected":
            raise
