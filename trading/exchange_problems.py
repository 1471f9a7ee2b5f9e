"""What a person is told when the exchange could not be read."""

from __future__ import annotations

import math

from core.logs import get_logger
from core.problems import Problem
from core.texts import text
from exchange.outcomes import AuthProblem, Busy, ExchangeError, Refused, Unreachable

log = get_logger(__name__)


def exchange_problem(error: ExchangeError, language: str) -> Problem:
    """The problem with its status over HTTP; `language` is of the sentence within it."""
    if isinstance(error, Busy):
        seconds = str(math.ceil(error.retry_after))
        code = "exchange_banned" if error.whole_ip else "exchange_busy"
        return Problem(code, 503, values={"seconds": seconds}, headers={"Retry-After": seconds})
    if isinstance(error, AuthProblem):
        sentence = text(f"reason.{error.reason}", language)
        return Problem("exchange_auth", 409, values={"reason_text": sentence})
    if isinstance(error, Unreachable):
        return Problem("exchange_unreachable", 502)
    if isinstance(error, Refused):
        return Problem("exchange_refused", 502, values={"message": error.message[:200]})
    log.error("exchange.request_defect", code=error.code, text=error.message)
    return Problem("internal_error", 500)
