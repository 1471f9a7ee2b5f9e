"""The environment variables of the processes that a stack starts."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from devstack.secret_files import read_or_make

_NAMES = ("master_secret", "jwt_secret", "bot_secret")
_NOWHERE = "http://127.0.0.1:9"
_CHAT, _LIVE_TOPIC = "-1001000000047", "47"
OWNER = "EBB_DEVSTACK"
"""Marks every process of a stack with its data folder, so an orphan can be told from a stranger."""


def child_environment(
    folder: Path,
    *,
    database_url: str,
    redis_url: str,
    sandbox_url: str,
    telegram_url: str | None = None,
    smtp_url: str = "",
) -> dict[str, str]:
    """A sandbox deployment's settings, with secrets that this folder keeps. Without a
    `telegram_url` its bot is deaf and mute, without an `smtp_url` it sends no mail."""
    secrets = read_or_make(folder / "dev.secret.json", _NAMES)
    bot_id = int(hashlib.sha256(secrets["bot_secret"].encode()).hexdigest()[:8], 16)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("EBB_")},
        **_overrides(),
        OWNER: str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EBB_ENVIRONMENT": "sandbox",
        "EBB_SANDBOX_URL": sandbox_url,
        "EBB_MASTER_SECRETS": os.environ.get("EBB_MASTER_SECRETS", secrets["master_secret"]),
        "EBB_JWT_SECRET": os.environ.get("EBB_JWT_SECRET", secrets["jwt_secret"]),
        "EBB_TELEGRAM_BOT_TOKEN": os.environ.get(
            "EBB_TELEGRAM_BOT_TOKEN", f"{bot_id}:{secrets['bot_secret']}"
        ),
        **_telegram(telegram_url),
        "EBB_SMTP_URL": os.environ.get("EBB_SMTP_URL", smtp_url),
        "EBB_MAIL_FROM": os.environ.get("EBB_MAIL_FROM", "Ebb <no-reply@ebb.example>"),
        "PYTHONUNBUFFERED": "1",
    }


def _telegram(url: str | None) -> dict[str, str]:
    if url is None:
        return {"EBB_TELEGRAM_API_URL": _NOWHERE, "EBB_TELEGRAM_UPDATES": "off"}
    return {
        "EBB_TELEGRAM_API_URL": os.environ.get("EBB_TELEGRAM_API_URL", url),
        "EBB_TELEGRAM_CHAT_ID": os.environ.get("EBB_TELEGRAM_CHAT_ID", _CHAT),
        "EBB_TELEGRAM_LIVE_TOPIC_ID": os.environ.get("EBB_TELEGRAM_LIVE_TOPIC_ID", _LIVE_TOPIC),
    }


def _overrides() -> dict[str, str]:
    """What the caller tunes (log level, limits, timings) goes through."""
    kept = ("EBB_ENVIRONMENT", "EBB_SANDBOX_URL", OWNER)
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("EBB_") and name not in kept
    }
