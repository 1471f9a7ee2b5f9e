"""Worker processes, one at a time."""

from __future__ import annotations

from core.problems import Problem
from core.roles import Permission
from models import worker_processes
from models.base import db
from web.admin.area import blueprint, record
from web.document import refusals
from web.guard import needs
from web.schemas.operations import DrainChange, WorkerPath


@blueprint.post(
    "/workers/<uuid:worker_id>/drain",
    summary="Let a worker take no new work, or take some again",
    responses={"204": None, **refusals(404)},
)
@needs(Permission.OPERATE)
def drain(path: WorkerPath, body: DrainChange) -> tuple[str, int]:
    """It ends what it works on, and within a second or two takes nothing new; the others do. A
    process that is started anew takes work."""
    found = worker_processes.drain(db.session(), path.worker_id, body.drained)
    if found is None:
        raise Problem("not_found", 404)
    action = "worker.drained" if body.drained else "worker.undrained"
    record(action, f"worker:{found.id}", name=found.name)
    db.session.commit()
    return "", 204
