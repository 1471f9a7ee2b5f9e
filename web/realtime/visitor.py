"""Whose socket it is, as the handshake found out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """`sign_in` None: by initData alone, which is good until `until` (of `clock.monotonic`).
    `after` and `epoch`: where a former socket stopped."""

    user_id: uuid.UUID
    sign_in: uuid.UUID | None
    until: float | None
    household: str
    language: str
    after: int | None = None
    epoch: str | None = None
