"""How often one launch of the Mini App may sign in: whoever got hold of its initData, from a log
or a history, must not go on with it."""

from __future__ import annotations

import math

from flask import current_app

from core import clock
from core.problems import Problem
from core.settings import Settings
from telegram.init_data import Launch
from web.tallies import tallies


def admit(launch: Launch) -> None:
    """Count a sign-in, as long as the launch's initData is good; raises Problem
    `init_data_replayed` beyond `init_data_max_sign_ins`."""
    settings: Settings = current_app.config["SETTINGS"]
    left = math.ceil((launch.ends_at - clock.utcnow()).total_seconds())
    number, _ = tallies().count(f"launch:{launch.fingerprint}", max(1, left))
    if number > settings.init_data_max_sign_ins:
        raise Problem("init_data_replayed", 401)
