"""A launch of the Mini App: whose it is, and how often it may sign in: whoever got hold of its
initData, from a log or a history, must not go on with it."""

from __future__ import annotations

import math
import uuid
from datetime import timedelta

from core import clock
from core.problems import Problem
from core.roles import Role
from models.base import db
from models.row_security import act_for, system_scope
from models.users import remember
from telegram.bots import Bots
from telegram.init_data import InitDataError, Launch, verify
from web import wired
from web.tallies import tallies

# A socket that lost its connection comes back with the same.
_SOCKETS = 60


def verified(init_data: str) -> Launch:
    """The launch that this initData proves. Raises Problem (401) with the proof's fault."""
    settings = wired.settings()
    bots = Bots(
        tokens=settings.bot_tokens,
        third_party=settings.telegram_third_party_bots,
        test_environment=settings.telegram_test_environment,
    )
    max_age = timedelta(seconds=settings.init_data_max_age_seconds)
    try:
        return verify(init_data, bots, max_age=max_age, now=clock.utcnow())
    except InitDataError as error:
        raise Problem(error.code, 401) from None


def person(launch: Launch) -> tuple[uuid.UUID, Role]:
    """Who opened the app, remembered as Telegram tells of them, and their role. The request's
    session acts for them from now on; nothing is committed."""
    told = launch.user
    with system_scope(db.session()):
        user_id, role = remember(
            db.session(),
            told.id,
            first_name=told.first_name,
            last_name=told.last_name,
            username=told.username,
            language_code=told.language_code,
        )
    act_for(db.session(), user_id)
    return user_id, role


def admit(launch: Launch) -> None:
    """Count a sign-in, as long as the launch's initData is good; raises Problem
    `init_data_replayed` beyond `init_data_max_sign_ins`."""
    settings = wired.settings()
    _count("launch", launch, settings.init_data_max_sign_ins)


def admit_socket(launch: Launch) -> None:
    """Count a socket that is opened by initData; raises the same Problem beyond sixty."""
    _count("launch-socket", launch, _SOCKETS)


def _count(name: str, launch: Launch, most: int) -> None:
    left = math.ceil((launch.ends_at - clock.utcnow()).total_seconds())
    number, _ = tallies().count(f"{name}:{launch.fingerprint}", max(1, left))
    if number > most:
        raise Problem("init_data_replayed", 401)
