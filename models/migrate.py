"""Run migrations without a Flask app: for `make up`, the tests and the benches."""

from __future__ import annotations

from functools import lru_cache
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from core.addresses import database_address

DIRECTORY = Path(__file__).resolve().parent.parent / "migrations"


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.attributes["database_url"] = database_address(database_url)
    return config


@lru_cache(maxsize=1)
def head() -> str | None:
    """The newest revision that the code knows."""
    return ScriptDirectory(str(DIRECTORY)).get_current_head()


def is_served(revision: str | None) -> bool:
    """Whether this code works with a database at this revision: the newest it knows, or one it does
    not know. That is a later release's, whose migrations leave the running one at work."""
    return revision == head() or (revision is not None and revision not in revisions())


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to a revision, creating every table on an empty one."""
    command.upgrade(_config(database_url), revision)


def sql_of(revision: str) -> str:
    """The SQL of one migration, as it would be run."""
    script = ScriptDirectory(str(DIRECTORY)).get_revision(revision)
    config = _config("postgresql://")
    config.output_buffer = written = StringIO()
    before = script.down_revision or "base"
    command.upgrade(config, f"{before}:{revision}", sql=True)
    return written.getvalue()


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """All that the code knows, oldest first."""
    walk = ScriptDirectory(str(DIRECTORY)).walk_revisions()
    return tuple(script.revision for script in walk)[::-1]


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to a revision (`base` drops everything)."""
    command.downgrade(_config(database_url), revision)


def check(database_url: str) -> None:
    """Raise if the tables in code differ from the migrations."""
    command.check(_config(database_url))
