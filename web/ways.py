"""Which ways to sign in this deployment has: what a page asks before anybody is signed in."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core.settings import Settings, UpdatesBy
from web import wired
from web.bot_name import bot_name
from web.guard import open_to_all
from web.schemas.ways import Ways

blueprint = APIBlueprint(
    "ways", __name__, url_prefix="/api/auth", abp_tags=[Tag(name="auth", description="Sign-in")]
)
# The page waits for this answer; a later visitor gets the name.
_PATIENCE = 1.0


@blueprint.get("/ways", summary="The ways to sign in here", responses={"200": Ways})
@open_to_all
def ways() -> dict[str, Any]:
    """`bot_name` is null while Telegram does not tell it."""
    settings = wired.settings()
    return Ways(
        environment=settings.environment,
        bot_name=bot_name().within(_PATIENCE),
        approval=_hears_the_bot(settings),
        email=settings.mail_server is not None,
    ).model_dump(mode="json")


def _hears_the_bot(settings: Settings) -> bool:
    """Whether a tap in the bot's chat gets here."""
    match settings.updates_by:
        case UpdatesBy.POLLING:
            return True
        case UpdatesBy.WEBHOOK:
            return settings.public_url is not None
        case UpdatesBy.OFF:
            return False
