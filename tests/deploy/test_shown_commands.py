"""The commands that the docs show to operators: a shell makes their arguments, the application does
them, on a database of its own.

In this process, since starting `flask` anew for each takes seconds; that the program starts so is
shown by the Procfile's first line (`test_procfile.py`).
"""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from core.settings import Settings
from devstack.paths import ROOT
from tests.databases import Databases
from tests.deploy.deployment import Deployment, deployment
from tests.written import run_by

SOMEBODY = 123_456
"""Whom the pages name."""
APP = ["--app", "web.wsgi:app"]
_NOTE = 'flask() { printf "%s\\0" "$@" >> "$NOTED"; printf "\\n" >> "$NOTED"; }\n'
_SAYS = {
    "docs/security.md": ["Sending is paused", "1 sessions ended"],
    "docs/operating.md": ["The role is admin now; it was user.", "ebb.dump: "],
    "docs/deploy.md": ["CREATE TABLE jobs"],
}


def scripts() -> dict[str, str]:
    """A page's blocks are one script."""
    by_page = itertools.groupby(run_by(__file__), key=lambda block: block.page)
    return {
        str(page.relative_to(ROOT)): "".join(block.commands for block in blocks)
        for page, blocks in by_page
    }


def arguments(script: str, folder: Path) -> list[list[str]]:
    """Those of each `flask` of the script, as bash makes them where the deployment is here."""
    noted = folder / "noted"
    subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", _NOTE + script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "RUN": "", "NOTED": str(noted)},
        check=True,
    )
    return [line.split("\0")[:-1] for line in noted.read_text().splitlines()]


def moved_in(made: Deployment, known_secrets: Callable[..., None]) -> None:
    """The person is there, with a second factor."""
    client = made.app.test_client()
    tokens = client.post("/api/auth/dev", json={"telegram_id": SOMEBODY}).get_json()
    known_secrets(tokens["access_token"], tokens["refresh_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.put("/api/users/pin", json={"pin": "8302"}, headers=bearer).status_code == 204


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("page", scripts())
def test_the_commands_of(
    page: str,
    settings: Settings,
    databases: Databases,
    process_number: int,
    known_secrets: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = arguments(scripts()[page], tmp_path)
    said = ""
    with deployment(settings, databases.migrated(f"ebb_shown_{process_number}")) as made:
        moved_in(made, known_secrets)
        for before, words in ((given[:2], given[2:]) for given in shown):
            assert before == APP
            # Migrations are looked for where one stands, which is the checkout or the image.
            monkeypatch.chdir(ROOT if words[0] == "db" else tmp_path)
            done: Result = made.flask(*words)
            assert done.exit_code == 0, f"{words}: {done.output[-2000:]}"
            said += done.output
    assert [words for words in _SAYS[page] if words not in said] == [], said[-3000:]
