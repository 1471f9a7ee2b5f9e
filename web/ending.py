"""Whether this process was told to stop: then no answer is held back any longer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

_KEY = "is_alive"


def attend(app: Flask, is_alive: Callable[[], bool]) -> None:
    """From now on `is_alive` tells of the process that serves `app`."""
    app.extensions[_KEY] = is_alive


def is_ending() -> bool:
    """Whoever waits in a request asks this at each look, and answers as if time were up: a process
    that is killed with requests under way loses its goodbyes, spans and reports of errors. Never
    true but under gunicorn."""
    is_alive: Callable[[], bool] | None = current_app.extensions.get(_KEY)
    return is_alive is not None and not is_alive()
