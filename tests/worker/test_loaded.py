"""What was loaded at the start costs no collection anything."""

from __future__ import annotations

import subprocess
import sys

from devstack.paths import ROOT

_BOOT = """
import gc
from worker.main import broker
for middleware in broker.middleware:
    if type(middleware).__name__ == "Loaded":
        middleware.after_process_boot(broker)
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_the_collector_looks_past_it(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOOT], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    frozen, others = map(int, done.stdout.split()[-2:])
    assert frozen > 50_000
    assert others < frozen / 10
