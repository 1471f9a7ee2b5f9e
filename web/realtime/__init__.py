"""WebSockets beside gunicorn's threads: docs/realtime.md."""
