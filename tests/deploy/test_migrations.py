"""No migration holds up requests, or breaks the former release (docs/deploy.md)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from devstack.paths import ROOT
from models import migrate
from models.sessions import make_engine
from tests.databases import Databases

# Run before anything was deployed, on empty tables. Nothing is to be added here.
FORGIVEN = {
    "0002": {"ban-drop-table", "require-concurrent-index-creation"},
    "0004": {"require-concurrent-index-creation"},
    "0005": {"require-concurrent-index-creation"},
    "0008": {
        "adding-field-with-default",
        "ban-drop-column",
        "constraint-missing-not-valid",
        "disallowed-unique-constraint",
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    },
    "0011": {"ban-drop-not-null"},
    "0015": {"ban-drop-constraint", "constraint-missing-not-valid"},
    "0017": {"constraint-missing-not-valid", "require-concurrent-index-creation"},
    "0018": {"require-concurrent-index-creation"},
}


def findings(folder: Path) -> dict[str, set[str]]:
    """Revision → rules that its SQL offends, as squawk with our configuration sees it."""
    squawk = Path(sys.executable).parent / "squawk"
    done = subprocess.run(
        [squawk, "--reporter=json", *sorted(folder.glob("*.sql"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, set[str]] = {}
    for one in json.loads(done.stdout):
        found.setdefault(Path(one["file"]).stem, set()).add(one["rule_name"])
    return found


def test_every_migration_can_run_beside_requests(tmp_path: Path) -> None:
    for revision in migrate.revisions():
        (tmp_path / f"{revision}.sql").write_text(migrate.sql_of(revision))
    assert findings(tmp_path) == FORGIVEN


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("create index ix on jobs (state);", "require-concurrent-index-creation"),
        ("alter table jobs drop column state;", "ban-drop-column"),
        ("alter table jobs rename column state to mood;", "renaming-column"),
        ("alter table jobs add column mood text not null;", "adding-required-field"),
    ],
)
def test_what_would_hold_up_or_break_is_found(tmp_path: Path, statement: str, rule: str) -> None:
    (tmp_path / "later.sql").write_text(statement)
    assert rule in findings(tmp_path)["later"]


def test_a_migration_gives_up_rather_than_let_requests_queue_behind_it() -> None:
    sql = migrate.sql_of(migrate.revisions()[-1])
    assert "set local lock_timeout = '5s'" in sql
    assert "set local ebb.scope = 'system'" in sql


_LATER = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that a failed try left behind is invalid.
        beside = {{"if_not_exists": True, "postgresql_concurrently": True}}
        op.execute("drop index concurrently if exists ix_users_last_seen_at")
        op.create_index("ix_users_last_seen_at", "users", ["last_seen_at"], **beside)
    op.execute("update users set first_name = current_setting('ebb.scope')")
"""


def test_an_index_is_built_beside_requests_as_the_rules_say(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = databases.empty("ebb_concurrently")
    migrate.upgrade(address)
    copied = shutil.copytree(migrate.DIRECTORY, tmp_path / "migrations")
    (copied / "versions" / "9999.py").write_text(_LATER.format(head=migrate.head()))
    monkeypatch.setattr(migrate, "DIRECTORY", copied)
    (tmp_path / "9999.sql").write_text(migrate.sql_of("9999"))
    assert findings(tmp_path) == {}
    engine = make_engine(address)
    with engine.begin() as connection:
        connection.execute(text("set local ebb.scope = 'system'"))
        connection.execute(
            text("insert into users (id, first_name, last_name) values (gen_random_uuid(), '', '')")
        )
    migrate.upgrade(address)
    with engine.begin() as connection:
        connection.execute(text("set local ebb.scope = 'system'"))
        assert connection.scalar(text("select first_name from users")) == "system"
        assert connection.scalar(text("select to_regclass('ix_users_last_seen_at')"))
        version = connection.scalar(text("select version_num from alembic_version"))
    engine.dispose()
    # A process of the release before it goes on being ready, one of the release after does not.
    monkeypatch.undo()
    assert (version, migrate.is_served(version)) == ("9999", True)
    assert not migrate.is_served(migrate.revisions()[-2])
    assert not migrate.is_served(None)
