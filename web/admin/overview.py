"""How everything stands."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app

from core.redis_patience import quick_redis
from core.roles import Permission
from core.settings import Settings
from web.admin.area import blueprint, everybodys
from web.admin.picture import Picture
from web.guard import needs
from web.schemas.operations import OverviewOut


def register(app: Flask, settings: Settings) -> None:
    """This process's picture, which its routes and sockets share."""
    app.extensions["picture"] = Picture(quick_redis(settings.redis_address), settings)


@blueprint.get("/overview", summary="How everything stands", responses={"200": OverviewOut})
@needs(Permission.OPERATE)
def overview() -> dict[str, Any]:
    """Queues, workers with their leases, rates, limits, and how the exchange answers. A socket
    that watches `workers` is told the same each second."""
    picture: Picture = current_app.extensions["picture"]
    with everybodys() as session:
        return picture.take(session).model_dump(mode="json")
