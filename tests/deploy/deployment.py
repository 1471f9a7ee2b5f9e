"""An application on a database of its own, for commands of operators."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from click.testing import Result
from flask_openapi3 import OpenAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Settings
from devstack.paths import ROOT
from models.base import Base, db
from models.sessions import make_engine, make_sessions
from web.app import create_app


@dataclass(frozen=True, slots=True)
class Deployment:
    """An application on a database of its own."""

    app: OpenAPI
    settings: Settings
    sessions: sessionmaker[Session]

    def flask(self, *words: str) -> Result:
        return self.app.test_cli_runner().invoke(args=list(words))

    def shell(
        self, environment: dict[str, str], command: str
    ) -> subprocess.CompletedProcess[bytes]:
        """As a process of its own, where standard input and output are real."""
        address = self.settings.database_url.get_secret_value()
        return subprocess.run(
            ["/bin/sh", "-c", f"{sys.executable} -m flask --app web.wsgi:app {command}"],
            cwd=ROOT,
            env={**environment, "PATH": os.environ["PATH"], "DATABASE_URL": address},
            capture_output=True,
            check=False,
        )


@contextmanager
def deployment(settings: Settings, address: str) -> Iterator[Deployment]:
    own = settings.model_copy(
        update={"database_url": SecretStr(address.replace("postgresql:", "postgresql+psycopg2:"))}
    )
    app = create_app(own)
    engine = make_engine(address)
    try:
        yield Deployment(app, own, make_sessions(engine))
    finally:
        engine.dispose()
        with app.app_context():
            db.engine.dispose()


def rows(sessions: sessionmaker[Session]) -> dict[str, list[str]]:
    """Every table's rows, as text."""
    with sessions() as session:
        return {
            name: sorted(session.scalars(text(f"select t::text from {name} t")))
            for name in Base.metadata.tables
        }
