"""Every answer that any test of the web gets is one that the OpenAPI document names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask_openapi3 import OpenAPI
from werkzeug.exceptions import HTTPException

from web.document import document_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Told in the document's description, of every address.
_ANYWHERE = 500


def hold_to_document(app: OpenAPI) -> None:
    """Fail whoever asks for what is answered with a status that is not documented there."""
    inner = app.wsgi_app

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def begin(status: str, *more: Any) -> Any:
            _check(app, environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3]))
            return start_response(status, *more)

        return inner(environ, begin)

    app.wsgi_app = outer  # type: ignore[method-assign]


def _check(app: OpenAPI, method: str, path: str, status: int) -> None:
    try:
        rule, _ = app.url_map.bind("").match(path, method, return_rule=True)
    except HTTPException:
        return
    document: dict[str, Any] = app.api_doc
    asked = "get" if method == "HEAD" else method.lower()
    operation = document["paths"].get(document_path(rule), {}).get(asked)
    if operation is None or status == _ANYWHERE:
        return
    assert str(status) in operation["responses"], (
        f"{method} {rule.rule} answered {status}: name it there with `**refusals({status})`"
    )
