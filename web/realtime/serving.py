"""How the hub lives with its gunicorn process: begins with it, and takes leave before it ends."""

from __future__ import annotations

from typing import Any

from flask import Flask

from web import ending
from web.realtime.closing import Code
from web.realtime.hub import Hub

_GOODBYE_SECONDS = 4.0


def attend(worker: Any) -> None:
    """For gunicorn's `post_worker_init`."""
    app = _application(worker)
    if app is not None:
        ending.attend(app, lambda: bool(worker.alive))
        app.extensions["hub"].attend(lambda: worker.alive, lambda: _code(worker))


def take_leave(worker: Any) -> None:
    """For gunicorn's `worker_exit`: no socket ends without a word."""
    app = _application(worker)
    if app is not None:
        hub: Hub = app.extensions["hub"]
        hub.stop(_code(worker), _GOODBYE_SECONDS)


def _application(worker: Any) -> Flask | None:
    """None where it never came up, and where it is none of ours (a bench's floor)."""
    app = getattr(worker, "app", None)
    loaded = getattr(app, "callable", None)
    return loaded if isinstance(loaded, Flask) and "hub" in loaded.extensions else None


def _code(worker: Any) -> Code:
    """A process that served its number of requests makes room for a fresh one: come back at once.
    Else it was told to stop."""
    return Code.RESTART if worker.nr >= worker.max_requests else Code.GOING_AWAY
