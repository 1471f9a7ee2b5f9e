"""Refusals as the exchange gives them: a code and a text, HTTP 200."""

from __future__ import annotations


class Refusal(Exception):
    """Answered as `{"retCode": code, "retMsg": message}`."""

    def __init__(self, code: int, message: str, *, reset_ms: int = 0, limit: int = 0) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        # Only for 10006: what the limit headers of the refusal say.
        self.reset_ms = reset_ms
        self.limit = limit


class HttpRefusal(Exception):
    """Answered with a bare HTTP status, before any envelope."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class Dropped(Exception):
    """Close the connection and say nothing."""


def too_many(reset_ms: int = 0, limit: int = 0) -> Refusal:
    """Over the account's limit; with a limit, the headers say it and when it resets."""
    text = "Too many visits. Exceeded the API Rate Limit."
    return Refusal(10006, text, reset_ms=reset_ms, limit=limit)


def bad_request(what: str) -> Refusal:
    return Refusal(10001, f"params error: {what}")
