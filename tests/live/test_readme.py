"""The README's commands do what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

from devstack.paths import ROOT
from devstack.procfile import with_our_python
from tests.stack import Stack


def test_the_curl_lines_reduce_and_restore(
    stack: Stack, known_secrets: Callable[..., None]
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this machine has no curl")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (script,) = (block for block in blocks if "curl" in block)
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        env=with_our_python({**stack.environment, "EBB": stack.url}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["completed", "completed"]
