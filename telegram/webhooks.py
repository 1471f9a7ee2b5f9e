"""The secret that tells Telegram's calls of our webhook from everybody else's: it comes back in the
header `X-Telegram-Bot-Api-Secret-Token` (core.telegram.org/bots/api#setwebhook)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from core.secrets_filter import remember

HEADER = "X-Telegram-Bot-Api-Secret-Token"
_PURPOSE = b"telegram webhook:"


def webhook_secret(jwt_secret: str, token: str) -> str:
    """64 hexadecimal letters, the same in every process: nothing has to be stored."""
    made = hmac.new(jwt_secret.encode(), _PURPOSE + token.encode(), hashlib.sha256).hexdigest()
    remember(made)
    return made


def is_telegram(given: str, jwt_secrets: Sequence[str], token: str) -> bool:
    """Whether the header's value was made under one of our secrets; takes the same time for each
    wrong one."""
    good = [
        hmac.compare_digest(webhook_secret(secret, token).encode(), given.encode())
        for secret in jwt_secrets
    ]
    return any(good)


def webhook_path(bot_id: int) -> str:
    return f"/telegram/webhook/{bot_id}"
