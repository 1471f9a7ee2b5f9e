"""Anybody's jobs, and all that happened to one."""

from __future__ import annotations

from typing import Any

from core.problems import Problem
from core.roles import Permission
from trading.operations.all_jobs import find_jobs, job_of_anybody
from trading.operations.timeline import read_story, timeline
from trading.views import job_view
from web import cursors, present
from web.admin.area import blueprint, everybodys
from web.document import refusals
from web.guard import needs
from web.schemas.jobs import JobPath
from web.schemas.operations import AllJobsQuery, AnyJobs, JobStory


@blueprint.get("/jobs", summary="Everybody's jobs, newest first", responses={"200": AnyJobs})
@needs(Permission.OPERATE)
def all_jobs(query: AllJobsQuery) -> dict[str, Any]:
    """Filter by state, kind, market, person, account, time and words; `cursor` continues a
    list."""
    with everybodys() as session:
        rows = find_jobs(
            session, query.search(), before=cursors.decode(query.cursor), limit=query.limit + 1
        )
    shown = rows[: query.limit]
    return AnyJobs(
        items=[present.any_job(row) for row in shown],
        next_cursor=cursors.encode(shown[-1].job.id) if len(rows) > query.limit else None,
    ).model_dump(mode="json")


@blueprint.get(
    "/jobs/<uuid:job_id>",
    summary="All that happened to a job",
    responses={"200": JobStory, **refusals(404)},
)
@needs(Permission.OPERATE)
def any_job(path: JobPath) -> dict[str, Any]:
    """Every turn, order, answer, look-up and fill, by time."""
    with everybodys() as session:
        found = job_of_anybody(session, path.job_id)
        if found is None:
            raise Problem("not_found", 404)
        view = job_view(session, found.job)
        entries = timeline(found.job, read_story(session, found.job))
    return present.job_story(found, view, entries).model_dump(mode="json")
