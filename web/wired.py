"""What the application was made with (`web.app`), for whoever serves a request."""

from __future__ import annotations

from flask import current_app

from core.settings import Settings
from core.vault import Vault
from trading.desk import Desk


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def desk() -> Desk:
    found: Desk = current_app.extensions["desk"]
    return found


def vault() -> Vault:
    """What people's secrets are encrypted by."""
    return desk().vault
