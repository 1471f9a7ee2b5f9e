"""What the pages say of `make` is done by it: in a copy of the checkout, by small figures."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import node
from devstack.paths import DATA, ROOT, WEBAPP
from tests.faults.mutants.sabotage import copy_of_the_checkout
from tests.written import run_by

# What makes each of them short; of the others nothing.
_ARGS = {
    "make storm": "--seconds 5 --jobs 8 --accounts 3 --workers 2",
    # The one measure that takes seconds and starts no stack.
    "make bench": "sandbox",
}
_SAYS = {"make storm": ["8 accepted of 8"], "make bench": ["stand-in exchange"]}
_WRITES = {"make openapi": ["webapp/openapi.json", "webapp/src/shared/api/schema.d.ts"]}


def commands() -> list[str]:
    """Each once, on however many pages it stands."""
    return list(dict.fromkeys(line for block in run_by(__file__) for line in block.lines()))


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """What is written is written there; the packages are those of this run."""
    node.install()
    copy = copy_of_the_checkout(DATA / f"make-{uuid.uuid4().hex[:8]}")
    environment = copy / ".venv"
    environment.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name not in (".dev", ".embedded"):
            (environment / part.name).symlink_to(part)
    # Younger than the lists of the copy, so that nothing is installed.
    for stamp in (".embedded", ".dev"):
        (environment / stamp).touch()
    (copy / "webapp" / "node_modules").symlink_to(WEBAPP / "node_modules")
    yield copy
    shutil.rmtree(copy)


@pytest.mark.parametrize("command", commands())
def test_the_command(command: str, checkout: Path) -> None:
    # What a make around this run was told is not meant for the one in it.
    around = {
        name: value
        for name, value in os.environ.items()
        if "MAKE" not in name and name != "EBB_DEVSTACK_DATA"
    }
    for written in _WRITES.get(command, []):
        (checkout / written).unlink()
    done = subprocess.run(
        command.split(),
        cwd=checkout,
        env={**around, "ARGS": _ARGS.get(command, "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert [words for words in _SAYS.get(command, []) if words not in done.stdout] == []
    for written in _WRITES.get(command, []):
        assert (checkout / written).read_text() == (ROOT / written).read_text()
