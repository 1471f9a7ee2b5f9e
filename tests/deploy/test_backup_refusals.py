"""What dumps and restores refuse: a backup is not found wanting when it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from core.ids import new_id
from core.settings import Settings
from models.place import Place
from models.users import User
from tests.databases import Databases
from tests.deploy.deaf_pooler import deaf_pooler
from tests.deploy.deployment import Deployment, deployment, rows

pytestmark = pytest.mark.usefixtures("programs")


def test_a_dump_that_fails_leaves_the_former_one(
    settings: Settings,
    databases: Databases,
    process_number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, file = databases.migrated(f"ebb_backup_failing_{process_number}"), tmp_path / "a.dump"
    with deployment(settings, address) as at:
        file.write_text("former")
        monkeypatch.setenv("PATH", str(tmp_path))
        told = at.flask("backup", "dump", str(file))
        assert (told.exit_code, file.read_text()) == (1, "former")
        assert "client programs" in told.output
        assert [one.name for one in tmp_path.iterdir()] == ["a.dump"]
        assert "no dump at" in at.flask("backup", "restore", str(tmp_path / "nothing")).output


def test_a_database_without_tables_is_no_dump(
    deployments: Callable[[str], Deployment], tmp_path: Path
) -> None:
    told = deployments("backup_empty").flask("backup", "dump", str(tmp_path / "ebb.dump"))
    assert (told.exit_code, "no tables" in told.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_would_not_show_people_s_rows_is_refused(
    settings: Settings, databases: Databases, process_number: int, tmp_path: Path
) -> None:
    name = f"ebb_backup_deaf_{process_number}"
    address, file = databases.migrated(name), tmp_path / "ebb.dump"
    with deaf_pooler(address) as through, deployment(settings, through) as at:
        for deed in ("dump", "restore"):
            file.touch()
            told = at.flask("backup", deed, str(file))
            assert told.exit_code == 1
            assert "EBB_DATABASE_DIRECT_URL" in told.output
            assert file.stat().st_size == 0


def test_a_check_says_that_there_is_nobody(
    settings: Settings, databases: Databases, process_number: int, tmp_path: Path
) -> None:
    address = databases.migrated(f"ebb_backup_nobody_{process_number}")
    with deployment(settings, address) as at:
        told = at.flask("backup", "check")
        assert (told.exit_code, "nothing of people" in told.output) == (1, True)
        told = at.flask("backup", "dump", str(tmp_path / "ebb.dump"))
        assert (told.exit_code, "nothing of people" in told.output) == (0, True)


@pytest.mark.parametrize("whose", ["a person's", "another's"])
def test_tables_with_rows_and_tables_of_others_stay(
    settings: Settings, databases: Databases, process_number: int, tmp_path: Path, whose: str
) -> None:
    address, file = databases.migrated(f"ebb_backup_kept_{process_number}"), tmp_path / "ebb.dump"
    file.touch()
    with deployment(settings, address) as at:
        with at.sessions.begin() as session:
            if whose == "a person's":
                session.add(User(id=new_id(), telegram_id=1))
            else:
                session.execute(text("create table theirs (id int)"))
        before = rows(at.sessions)
        told = at.flask("backup", "restore", str(file))
        assert told.exit_code == 1
        assert ("rows in users" if whose == "a person's" else "tables theirs") in told.output
        assert rows(at.sessions) == before


@pytest.mark.parametrize("password", ["word/with#all?of@them: %41", "plain"])
def test_a_password_reaches_the_programs_whole_and_is_no_argument(
    password: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.told"\nprintf %s "$PGPASSWORD" > "$0.env"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    written = password if password == "plain" else quote(password, safe="/#?")
    Place.of(f"postgresql://ebb:{written}@server:5432/ebb?sslmode=require").run("pg_dump")
    told = Path(f"{program}.told").read_text()
    assert Path(f"{program}.env").read_text() == password
    assert password not in told
    for part in ("host=server", "user=ebb", "dbname=ebb", "port=5432", "sslmode=require"):
        assert part in told
