"""The OpenAPI document: what the routes declare, and the answers that the checks in front of every
view give without being declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask_openapi3 import OpenAPI
from werkzeug.routing import Rule

from web import guard
from web.schemas.fields import Problem as ProblemOut
from web.schemas.jobs import JobOut

Operation = dict[str, Any]

SECURITY_SCHEMES: dict[str, Any] = {
    "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "access_cookie": {"type": "apiKey", "in": "cookie", "name": "ebb_access"},
    "refresh_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "refresh_cookie": {"type": "apiKey", "in": "cookie", "name": "ebb_refresh"},
    "csrf_token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The value of the cookie `ebb_csrf`: beside a cookie, not beside a bearer.",
    },
}
REFRESHING: list[dict[str, list[Any]]] = [
    {"refresh_token": []},
    {"refresh_cookie": [], "csrf_token": []},
    {},
]
"""By header, by cookie, or by the body, which no security scheme tells."""

_PLACE = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_UNSAFE = ("post", "put", "patch", "delete")
_PROBLEM = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
_TEXT = {"required": True, "schema": {"type": "string"}}
_RETRY_AFTER = {"description": "Seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}}


def refusals(*statuses: int) -> dict[str | int | HTTPStatus, Any]:
    """For `responses=`: the problems of a route beside those of every route (`_in_front`)."""
    return {str(status): ProblemOut for status in statuses}


class Documented(OpenAPI):
    """An application whose document names every answer that there is."""

    def generate_spec_json(self) -> None:
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        self.spec_json["components"]["responses"] = _problems()
        paths = self.spec_json["paths"]
        for path, method, rule in self._served():
            operation = paths.get(path, {}).get(method)
            if operation is not None:
                view = self.view_functions[rule.endpoint]
                _complete(operation, method, guard.requirement(view))

    def _served(self) -> Iterator[tuple[str, str, Rule]]:
        for rule in self.url_map.iter_rules():
            for method in rule.methods or ():
                yield document_path(rule), method.lower(), rule


def document_path(rule: Rule) -> str:
    """A rule's path as the document writes it: `/api/jobs/{job_id}`."""
    return _PLACE.sub(r"{\1}", rule.rule)


def _complete(operation: Operation, method: str, needs: guard.Requirement) -> None:
    text = operation.get("description")
    if text:
        operation["description"] = text.replace("<br/>", "\n")
    for parameter in operation.get("parameters", []):
        _say_that_it_is_never_null(parameter)
    if needs.sign_in:
        csrf: dict[str, list[Any]] = {"csrf_token": []} if method in _UNSAFE else {}
        operation["security"] = [{"access_token": []}, {"access_cookie": [], **csrf}]
    else:
        operation.setdefault("security", [])
    answers = {
        status: answer
        for status, answer in operation["responses"].items()
        # The framework's own guess at a 400, and the blueprints' ranges, promise nothing.
        if not status.endswith("XX") and not _is_guessed(answer)
    }
    for status in _in_front(operation, method, needs):
        answers.setdefault(str(status), {})
    operation["responses"] = {
        status: _refusal(status, answer)
        if int(status) >= 400
        else answer | {"headers": _headers(answer, status, _takes_key(operation))}
        for status, answer in sorted(answers.items())
    }


def _refusal(status: str, declared: dict[str, Any]) -> dict[str, Any]:
    """The answer of this status: the common one, or that of a route whose problems say more."""
    own = _schema(declared)
    if own in ({}, _PROBLEM):
        return {"$ref": f"#/components/responses/{status}"}
    content = {"application/problem+json": {"schema": {"anyOf": [own, _PROBLEM]}}}
    return {"description": HTTPStatus(int(status)).phrase, "content": content}


def _schema(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _in_front(operation: Operation, method: str, needs: guard.Requirement) -> Iterator[int]:
    """What is answered before a view is asked, and while the database is away."""
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    if method in _UNSAFE:
        yield from (400, 413, 415)
    if places & {"query", "header"}:
        yield 400
    if needs.sign_in:
        yield 401
        if method in _UNSAFE or needs.permission is not None:
            yield 403
    if "path" in places:
        yield 404
    yield from (429, 503)


def _is_guessed(answer: dict[str, Any]) -> bool:
    schema = _schema(answer)
    return bool(schema.get("type") == "array" and schema.get("items") == _PROBLEM)


def _say_that_it_is_never_null(parameter: dict[str, Any]) -> None:
    """One that may be left out is told as null, which no address can say."""
    schema = parameter["schema"]
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0])


def _is_job(answer: dict[str, Any]) -> bool:
    return bool(_schema(answer).get("$ref", "").endswith(f"/{JobOut.__name__}"))


def _takes_key(operation: Operation) -> bool:
    return any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))


def _headers(answer: dict[str, Any], status: str, has_key: bool) -> dict[str, Any]:
    headers: dict[str, Any] = dict(answer.get("headers") or {})
    if status == "304":
        headers["ETag"] = _TEXT
    if _is_job(answer):
        headers["ETag"] = {"description": "The job's version", **_TEXT}
    if has_key:
        headers["Location"] = {"description": "Where to poll", **_TEXT}
    if has_key and status == "200":
        headers["Idempotent-Replayed"] = {"required": True, "schema": {"const": "true"}}
    return headers


def _problems() -> dict[str, Any]:
    """Every refusal's answer, by its status."""
    made: dict[str, Any] = {}
    for status in (status for status in HTTPStatus if status >= 400):
        made[str(status.value)] = {
            "description": status.phrase,
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        }
    made["429"]["headers"] = {"Retry-After": {**_RETRY_AFTER, "required": True}}
    made["503"]["headers"] = {"Retry-After": _RETRY_AFTER}
    return made
