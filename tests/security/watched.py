"""A client that holds every answer of the suite to what is true of all of them."""

from __future__ import annotations

from typing import Any, ClassVar

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# The one answer that a page of another site may read: a file that its own address opens.
_READABLE = "/api/exports/"
# Words of our own inside.
_INSIDE = (b"Traceback", b"psycopg2", b"sqlalchemy", b"site-packages", b"SELECT ")


# Answers of a deployment that was not given all there is.
_NOT_SET_UP = ("mail_not_set_up",)


def is_fault_of_ours(status: int, told: Any) -> bool:
    """Whether an answer of this status and body is none that anyone should get while all lives."""
    if status < 500:
        return False
    if not isinstance(told, dict):
        # The Mini App's page, where it is not built.
        return status != 503
    return told.get("code") not in _NOT_SET_UP


class Watched(FlaskClient):
    """Fails where an answer is a fault of ours, holds a secret, may be kept by a cache, or may be
    read by another site."""

    secrets: ClassVar[set[str]] = set()

    def open(self, *args: Any, **more: Any) -> TestResponse:
        answer = super().open(*args, **{"buffered": True, **more})
        whole = answer.get_data() + str(answer.headers).encode()
        path = answer.request.path
        asked = f"{answer.request.method} {path}: {answer.status_code}"
        assert not is_fault_of_ours(answer.status_code, answer.get_json(silent=True)), asked
        assert not [secret[:4] for secret in self.secrets if secret.encode() in whole], asked
        assert not [word for word in _INSIDE if word in whole], asked
        assert answer.headers["X-Content-Type-Options"] == "nosniff", asked
        if path.startswith("/api/"):
            assert answer.headers["Cache-Control"] == "no-store", asked
            if answer.status_code >= 400:
                assert answer.mimetype == "application/problem+json", asked
        if not path.startswith(_READABLE):
            foreign = [name for name, _ in answer.headers if name.startswith("Access-Control-")]
            assert not foreign, asked
        return answer
