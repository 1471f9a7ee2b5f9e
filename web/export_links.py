"""Signed addresses of exports: whoever holds one may fetch that file, for five minutes.

Telegram fetches a file by itself, without the app's sign-in; so the address carries all of it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from core import clock
from core.problems import Problem
from web import wired
from web.schemas.jobs import JobFilterIn

_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ExportLink:
    """Whose jobs, which of them, told in which language, and until when."""

    user_id: uuid.UUID
    wanted: JobFilterIn
    language: str
    expires_at: datetime

    @classmethod
    def new(cls, user_id: uuid.UUID, wanted: JobFilterIn, language: str) -> ExportLink:
        moment = (clock.utcnow() + _LIFE).replace(microsecond=0)
        return cls(user_id, wanted, language, moment)

    def token(self) -> str:
        """The signed form, safe in an address."""
        told = {
            "user": str(self.user_id),
            "wanted": self.wanted.model_dump(mode="json", exclude_none=True),
            "language": self.language,
            "until": int(self.expires_at.timestamp()),
        }
        return _signer().sign(base64_encode(json.dumps(told))).decode()

    @classmethod
    def read(cls, token: str) -> ExportLink:
        """Raises Problem `export_expired`: 410 when its time is over, 404 if it is none of ours."""
        try:
            told = json.loads(base64_decode(_signer().unsign(token)))
        except BadSignature:
            raise Problem("export_expired", 404) from None
        expires_at = clock.from_ms(told["until"] * 1000)
        if expires_at <= clock.utcnow():
            raise Problem("export_expired", 410)
        wanted = JobFilterIn.model_validate(told["wanted"])
        return cls(uuid.UUID(told["user"]), wanted, told["language"], expires_at)


def _signer() -> Signer:
    # Not itsdangerous' serializer: that one compresses, and marks it by a dot in front, which
    # proxies take for a hidden file.
    settings = wired.settings()
    # The last one signs there.
    oldest_first = list(reversed(settings.jwt_secrets))
    return Signer(oldest_first, salt="ebb.export", digest_method=hashlib.sha256)
