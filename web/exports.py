"""The history as a file: an address for it, and the file behind the address."""

from __future__ import annotations

from typing import Any

from flask import Response, stream_with_context, url_for
from flask_openapi3 import APIBlueprint, Tag

from core import clock
from core.roles import Permission
from models.base import db
from models.row_security import act_for
from trading.export import leg_records
from web import wired
from web.csv_lines import csv_lines
from web.document import refusals
from web.export_links import ExportLink
from web.guard import needs, open_to_all, user_id
from web.problems import language
from web.schemas.jobs import ExportOut, ExportPath, JobFilterIn

blueprint = APIBlueprint(
    "exports",
    __name__,
    url_prefix="/api",
    abp_tags=[Tag(name="exports", description="Your history as a file")],
)
_CSV: dict[Any, Any] = {
    "200": {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


@blueprint.post(
    "/jobs/export",
    summary="An address to fetch your history from",
    responses={"200": ExportOut},
)
@needs(Permission.TRADE)
def export_jobs(body: JobFilterIn) -> dict[str, Any]:
    """Good for five minutes, for whoever holds it. The file's headings and reasons are in the
    language of this request."""
    link = ExportLink.new(user_id(), body, language())
    return ExportOut(
        url=_address(link.token()),
        file_name=_file_name(),
        expires_at=link.expires_at,
    ).model_dump(mode="json")


@blueprint.get(
    "/exports/<token>", summary="The history as CSV", responses={**_CSV, **refusals(410)}
)
@open_to_all
def download_export(path: ExportPath) -> Response:
    """One row for each leg, the newest job first; of a job that came to no plan, one row."""
    link = ExportLink.read(path.token)
    act_for(db.session(), link.user_id)
    records = leg_records(db.session(), link.user_id, link.wanted.wanted())
    headers = {
        "Content-Disposition": f'attachment; filename="{_file_name()}"',
        # Telegram's web clients fetch the file by a script of theirs.
        "Access-Control-Allow-Origin": "https://web.telegram.org",
    }
    lines = stream_with_context(csv_lines(records, link.language))
    return Response(lines, mimetype="text/csv", headers=headers)


def _address(token: str) -> str:
    """At the deployment's own address where it has one: a request names any host it likes."""
    settings = wired.settings()
    if settings.public_url is None:
        return url_for("exports.download_export", token=token, _external=True)
    return settings.public_url + url_for("exports.download_export", token=token)


def _file_name() -> str:
    return f"ebb-{clock.utcnow():%Y-%m-%d}.csv"
