"""Why a job waits: words for people. Sentences: `core.texts`, `wait.*`."""

from __future__ import annotations

from enum import StrEnum


class WaitReason(StrEnum):
    RATE_LIMIT = "rate_limit"
    EXCHANGE_BANNED = "exchange_banned"
    EXCHANGE_UNREACHABLE = "exchange_unreachable"
    PAUSED = "paused"
