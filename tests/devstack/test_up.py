"""The first command that a newcomer types."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from devstack.environment import OWNER
from devstack.paths import DATA, ROOT
from devstack.ports import any_free
from tests.databases import Databases
from tests.stack import sign_in


@pytest.fixture
def folder() -> Iterator[Path]:
    made = DATA / f"up-{uuid.uuid4().hex[:8]}"
    made.mkdir(parents=True)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_make_up_serves_a_signed_in_person_and_ctrl_c_ends_all_of_it(
    folder: Path, databases: Databases, redis_url: str, known_secrets: Callable[..., None]
) -> None:
    number = int(redis_url.rpartition("/")[2]) + 52
    # What this make was called with is not the newcomer's; nor are they asked to wait for initdb.
    surroundings = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    up = subprocess.Popen(
        ["make", "up", f"PORT={any_free()}"],
        cwd=ROOT,
        env={
            **surroundings,
            "EBB_DEVSTACK_DATA": str(folder),
            "WEB_CONCURRENCY": "1",
            "DATABASE_URL": databases.empty("ebb_make_up"),
            "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{number}",
        },
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    told: list[str] = []
    try:
        assert up.stdout is not None
        for line in up.stdout:
            told.append(line)
            if line.startswith("Ebb is up: "):
                break
        address = told[-1].partition(": ")[2].strip()
        assert "<html" in requests.get(address, timeout=5).text, "".join(told)
        assert sign_in(address, 6201, known_secrets).call("GET", "/api/auth/me").status_code == 200
    finally:
        os.killpg(up.pid, signal.SIGINT)
        rest, _ = up.communicate(timeout=40)
    # Everything ends by itself; make may say that it was interrupted.
    assert up.returncode in (0, -signal.SIGINT), rest
    assert "worker stopped (rc=0)" in rest
    assert owned_by(folder / "dev") == []


def owned_by(folder: Path) -> list[str]:
    """Processes that a stack in this folder has left behind."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(OWNER) == str(folder):
                found.append(process.name())
        except psutil.Error:
            continue
    return found
