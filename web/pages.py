"""The Mini App and the operators' dashboard: files of the webapp's build."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter

blueprint = Blueprint("pages", __name__)
DIST = Path(__file__).resolve().parent.parent / "webapp" / "dist"
_APP, _ADMIN = "index.html", "admin.html"
_YEAR = 31_536_000
# What the build lays beside a file, best first: encoding → how the name ends.
_ENCODINGS = {"br": ".br", "gzip": ".gz"}


class PageConverter(PathConverter):
    """Any address but those of ours: of them, one that there is not is 404 for every method."""

    regex = r"(?!api/|docs|assets/|_)[^/].*?"


def _is_file(path: str) -> bool:
    try:
        return (DIST / path).is_file()
    except OSError:
        # Longer than a file's name can be.
        return False


def _send(name: str, **how: int) -> Response:
    """A file of the build, in the best encoding that the browser takes. 404 where there is none."""
    accepted = request.accept_encodings
    for encoding, ending in _ENCODINGS.items():
        if accepted[encoding] and _is_file(name + ending):
            answer = send_from_directory(
                DIST, name + ending, mimetype=mimetypes.guess_type(name)[0], **how
            )
            answer.headers["Content-Encoding"] = encoding
            break
    else:
        answer = send_from_directory(DIST, name, **how)
    answer.vary.add("Accept-Encoding")
    return answer


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """Hashed names: kept for ever."""
    answer = _send(f"assets/{name}", max_age=_YEAR)
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer


@blueprint.record_once
def _know_addresses(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["page"] = PageConverter


@blueprint.get("/", defaults={"path": ""})
@blueprint.get("/<page:path>")
def page(path: str) -> Response:
    """The one page, for every address that is not ours otherwise; below /admin the dashboard's."""
    if path and _is_file(path):
        return _send(path)
    shell = _ADMIN if path == "admin" or path.startswith("admin/") else _APP
    if not (DIST / shell).is_file():
        return Response(
            "The Mini App is not built yet: run `make up`, or `npm run build` in webapp/.",
            status=503,
            mimetype="text/plain",
        )
    answer = _send(shell)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
