"""Deployments for the tests of backups."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from core.settings import Settings
from devstack.postgres import PROGRAMS
from tests.databases import Databases
from tests.deploy.deployment import Deployment, deployment


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the server's version, and the run's log file stays the target."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)


@pytest.fixture
def deployments(
    settings: Settings, databases: Databases, process_number: int
) -> Iterator[Callable[[str], Deployment]]:
    """By name; the database is empty."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(
            deployment(settings, databases.empty(f"ebb_{name}_{process_number}"))
        )
