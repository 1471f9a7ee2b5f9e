"""The ways to sign in."""

from __future__ import annotations

from core.settings import Environment
from web.schemas.fields import Out


class Ways(Out):
    """`bot_name`: of https://t.me/…; `approval`: by telephone number and a tap in the bot; `email`:
    mail can be sent."""

    environment: Environment
    bot_name: str | None
    approval: bool
    email: bool
