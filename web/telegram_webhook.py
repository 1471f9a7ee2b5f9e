"""Telegram calls here with each update of a bot. It is stored and answered at once; a worker
handles it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from core.problems import Problem
from core.settings import UpdatesBy
from models import bot_updates
from models.base import db
from models.row_security import system_scope
from telegram.bots import bot_id as id_of
from telegram.webhooks import HEADER, is_telegram
from web import wired

blueprint = Blueprint("telegram_webhook", __name__)
# A message may quote another one: well above what our own bodies may be.
_MOST_BYTES = 1_048_576
_MOST_NUMBER = 2**63


@blueprint.post("/telegram/webhook/<int:bot_id>")
def receive(bot_id: int) -> Response:
    """200 with nothing once the update is stored, also if it was before. 403 without the secret,
    400 for what is no update, 404 for a bot that is not ours or gets its updates otherwise."""
    settings = wired.settings()
    tokens = {id_of(token): token for token in settings.bot_tokens}
    if bot_id not in tokens or settings.updates_by is not UpdatesBy.WEBHOOK:
        raise Problem("not_found", 404)
    if not is_telegram(request.headers.get(HEADER, ""), settings.jwt_secrets, tokens[bot_id]):
        raise Problem("forbidden", 403)
    request.max_content_length = _MOST_BYTES
    update = _update()
    with system_scope(db.session()):
        bot_updates.store(db.session(), bot_id, update)
    db.session.commit()
    return Response(status=200)


def _update() -> Mapping[str, Any]:
    try:
        body = request.get_json(force=True)
    except RecursionError:
        raise Problem("malformed_json", 400) from None
    number = body.get("update_id") if isinstance(body, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _MOST_NUMBER:
        raise Problem("malformed_json", 400)
    found: Mapping[str, Any] = body
    return found
