"""One-time tickets: they open one socket, so that no lasting credential is in an address."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections import OrderedDict
from threading import Lock

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from redis import Redis
from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from core.problems import Problem

log = get_logger(__name__)
LIFE_SECONDS = 30
_PREFIX = "ebb:ws-ticket:"
_REMEMBERED = 20_000


class Tickets:
    """Signed, so that every process knows them; used ones are noted in Redis, and here, which is
    all there is while Redis is away. Safe to share between threads."""

    def __init__(self, redis: Redis, signing_newest_first: tuple[str, ...]) -> None:
        self._redis = redis
        # The last one signs there.
        oldest_first = list(reversed(signing_newest_first))
        self._signer = Signer(oldest_first, salt="ebb.ws-ticket", digest_method=hashlib.sha256)
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def issue(self, user_id: uuid.UUID, sign_in: uuid.UUID) -> str:
        """A ticket for this sign-in, good once within `LIFE_SECONDS`."""
        told = {
            "user": str(user_id),
            "sign_in": str(sign_in),
            "until": clock.now_ms() + LIFE_SECONDS * 1000,
            "id": secrets.token_urlsafe(12),
        }
        return self._signer.sign(base64_encode(json.dumps(told))).decode()

    def redeem(self, ticket: str) -> tuple[uuid.UUID, uuid.UUID]:
        """Person and sign-in. Raises Problem (401) `ticket_invalid` for one that is none of ours,
        is too old, or was used."""
        try:
            told = json.loads(base64_decode(self._signer.unsign(ticket)))
        except (BadSignature, UnicodeEncodeError):
            raise Problem("ticket_invalid", 401) from None
        if told["until"] <= clock.now_ms() or not self._is_first(told["id"]):
            raise Problem("ticket_invalid", 401)
        return uuid.UUID(told["user"]), uuid.UUID(told["sign_in"])

    def _is_first(self, ticket_id: str) -> bool:
        with self._lock:
            if ticket_id in self._used:
                return False
            self._used[ticket_id] = None
            while len(self._used) > _REMEMBERED:
                self._used.popitem(last=False)
        try:
            return bool(self._redis.set(_PREFIX + ticket_id, 1, ex=2 * LIFE_SECONDS, nx=True))
        except (RedisError, OSError) as error:
            log.warning("tickets.noted_here_only", error=type(error).__name__)
            return True
