"""What gunicorn and the flask command load: `web.wsgi:app`."""

from __future__ import annotations

from web.app import create_app

app = create_app()
