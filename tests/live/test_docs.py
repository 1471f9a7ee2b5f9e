"""The commands of the README and the docs do what they say: each page's are one script."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devstack.paths import ROOT
from devstack.procfile import with_our_python
from tests.stack import Stack
from tests.written import blocks, pages

# What the last lines of a page's script say; of one that is not listed it is enough that each of
# its commands succeeds.
_ENDS = {
    "README.md": ["completed", "completed"],
    "docs/api.md": ["204"],
}
_SAYS = {
    "docs/api.md": [
        "sandbox",
        "the same job",
        "idempotency_key_reused",
        "completed",
        "2",
        "agrees",
        "cancelled",
    ],
}


def scripts() -> dict[str, str]:
    """What is to be run of each page."""
    found = {
        str(page.relative_to(ROOT)): "".join(
            block.commands for block in blocks(page) if block.is_run_here
        )
        for page in pages()
    }
    return {page: script for page, script in found.items() if script}


@pytest.mark.parametrize("page", scripts())
def test_the_commands_of(
    page: str, stack: Stack, tmp_path: Path, known_secrets: Callable[..., None]
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this machine has no curl")
    # What a command leaves behind, it leaves here.
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", scripts()[page]],
        cwd=tmp_path,
        env=with_our_python({**stack.environment, "EBB": stack.url, "PYTHONPATH": str(ROOT)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    told = done.stdout.splitlines()
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    ends = _ENDS.get(page, [])
    assert told[len(told) - len(ends) :] == ends
    assert [line for line in _SAYS.get(page, []) if line not in told] == []
    assert list(tmp_path.iterdir()) == []
