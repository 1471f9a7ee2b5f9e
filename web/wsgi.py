"""What gunicorn and the flask command load: `web.wsgi:app`."""

from __future__ import annotations

from core.logs import get_logger
from web.app import create_app

_GIVE_UP = 3
"""The exit code at which gunicorn starts no other process in place of this one."""

try:
    app = create_app()
except Exception:  # noqa: BLE001 - it ends the process
    # gunicorn would print the error's words past the logs, with what secrets they hold.
    get_logger(__name__).exception("web.not_started")
    raise SystemExit(_GIVE_UP) from None
