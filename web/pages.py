"""The Mini App: files of the webapp's build."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

blueprint = Blueprint("pages", __name__)
DIST = Path(__file__).resolve().parent.parent / "webapp" / "dist"
_YEAR = 31_536_000
_OURS = ("api/", "docs", "assets/", "_")


def _is_file(path: str) -> bool:
    try:
        return (DIST / path).is_file()
    except OSError:
        # Longer than a file's name can be.
        return False


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """Hashed names: kept for ever."""
    answer = send_from_directory(DIST / "assets", name, max_age=_YEAR)
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer


@blueprint.get("/", defaults={"path": ""})
@blueprint.get("/<path:path>")
def page(path: str) -> Response:
    """The one page, for every address that is not ours otherwise."""
    if path.startswith(_OURS):
        abort(404)
    if path and _is_file(path):
        return send_from_directory(DIST, path)
    if not (DIST / "index.html").is_file():
        return Response(
            "The Mini App is not built yet: run `make up`, or `npm run build` in webapp/.",
            status=503,
            mimetype="text/plain",
        )
    answer = send_from_directory(DIST, "index.html")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
