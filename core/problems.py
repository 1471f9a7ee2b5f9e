"""Errors that a client sees, as problem details (RFC 9457) with a stable `code`.

Raised where they are known; turned into an answer in one place (`web.errors`). `detail` and
`title` come from the text catalogue (`core.texts`) by code, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field's fault: a JSON path like `scope.symbols.0`, and a message code with its values."""

    field: str
    code: str
    values: Mapping[str, str]


class Problem(Exception):
    """A refusal told to a person: what happened, to which thing, what to do.

    `code` is stable and machine-readable; `values` fill the catalogue's sentence; `errors` name
    the fields; `headers` go out with the answer (`Retry-After`); `extra` are members of the answer
    beside the standard ones.
    """

    def __init__(
        self,
        code: str,
        status: int,
        *,
        values: Mapping[str, str] | None = None,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.code = code
        self.status = status
        self.values = dict(values or {})
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def field_problem(
    field: str, code: str, *, status: int = 400, values: Mapping[str, str] | None = None
) -> Problem:
    """A problem about exactly one field of the request."""
    values = dict(values or {})
    return Problem(code, status, values=values, errors=(FieldError(field, code, values),))
