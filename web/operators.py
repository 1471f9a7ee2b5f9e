"""Commands of operators act for everybody, and are noted under a name."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from functools import wraps
from typing import Any

from click import Command
from flask.cli import AppGroup

from models.base import db
from models.row_security import system_scope


class OperatorGroup(AppGroup):
    """A group whose commands see the rows of all people."""

    def command(self, *args: Any, **options: Any) -> Callable[[Callable[..., Any]], Command]:  # type: ignore[override]
        """Like any group's; the scope is the system's while the command runs."""
        register = super().command(*args, **options)
        return lambda deed: register(_for_everybody(deed))


def _for_everybody(deed: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deed)
    def done(*args: Any, **options: Any) -> Any:
        with system_scope(db.session()):
            return deed(*args, **options)

    return done


def operator() -> str:
    """Who runs this command, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        return "operator"
