"""Why a socket is closed: codes of RFC 6455 (10xx), and ours (44xx, like HTTP's)."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Told to the client in the close frame."""

    GOING_AWAY = 1001
    POLICY = 1008
    RESTART = 1012
    TRY_LATER = 1013
    SIGN_IN_ENDED = 4401
    TOO_MANY = 4429
