"""The deploy files say what really runs: the Procfile under honcho, the compose file beside it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from devstack.paths import ROOT
from devstack.ports import any_free
from devstack.procfile import commands, with_our_python
from devstack.test_servers import LOGS
from tests.databases import Databases
from tests.receiver import Receiver, receiver
from tests.stack import sign_in, wait_for


@pytest.fixture
def outside() -> Iterator[Receiver]:
    """Who is told spans and errors."""
    with receiver() as made:
        yield made


def test_every_command_of_the_procfile_starts_and_serves_one_reduce(
    environment: dict[str, str],
    databases: Databases,
    redis_url: str,
    control: Callable[..., Any],
    known_secrets: Callable[..., None],
    outside: Receiver,
) -> None:
    port, metrics_port = any_free(), any_free()
    # As Heroku gives it: the old scheme, PORT, WEB_CONCURRENCY; and an empty database.
    address = databases.empty("ebb_live_procfile").replace("postgresql://", "postgres://")
    number = int(redis_url.rpartition("/")[2]) + 48
    variables = with_our_python(
        {
            **environment,
            "DATABASE_URL": address,
            "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{number}",
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "WORKER_PROCESSES": "1",
            "EBB_METRICS_PORT": str(metrics_port),
            "EBB_TRACES_URL": outside.url,
            # Only what is sent at the end comes at all.
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
            "EBB_SENTRY_DSN": outside.dsn,
        }
    )
    released = subprocess.run(
        commands()["release"], shell=True, cwd=ROOT, env=variables, capture_output=True, check=False
    )
    assert released.returncode == 0, released.stderr.decode()
    with (LOGS / "honcho.log").open("ab") as log:
        honcho = subprocess.Popen(
            [sys.executable, "-m", "honcho", "start", "--port", str(port), "web", "worker"],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: requests.get(f"{url}/readyz", timeout=2).json()["status"] == "ok")
        person = sign_in(url, 6001, known_secrets)
        job = person.reduce("procfile", market_type="spot", percent="10").json()["id"]
        assert person.ended(job)["state"] == "completed"
        # Whichever process answers tells of both.
        for _ in range(8):
            told = requests.get(f"{url}/metrics", timeout=5).text
            assert 'ebb_sign_ins_total{outcome="entered",way="dev"} 1.0' in told
            assert 'ebb_jobs_ended_total{kind="reduce",state="completed"} 1.0' in told
        told = requests.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=5).text
        assert re.search(r'_request_seconds_count{method="place_[^}]*outcome="ok"} [1-9]', told)
        assert "ebb_workers 1.0" in told
    finally:
        honcho.send_signal(signal.SIGTERM)
        assert honcho.wait(30) in (0, 143)
    # All of it was sent at the end, within the grace.
    keys = control("POST", "demo-book", {"telegram_id": 6001})
    known_secrets(keys["api_key"], keys["api_secret"])
    assert outside.secrets() == []
    spans = outside.spans()
    (accepted,) = (span for span in spans if span.name == "job.accept")
    noted = {(span.service, span.name) for span in spans if span.trace == accepted.trace}
    assert noted >= {
        ("ebb-web", "POST /api/positions/reduce"),
        ("ebb-web", "job.ring"),
        ("ebb-worker", "job.turn"),
        ("ebb-worker", "job.wave"),
        ("ebb-worker", "job.record"),
        ("ebb-worker", "job.finish"),
    }


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_the_compose_file_runs_the_procfile_s_commands() -> None:
    services = compose()["services"]
    stand_ins = {
        "sandbox": "sandbox.bybit",
        "telegram": "sandbox.telegram",
        "mail": "sandbox.mail",
    }
    assert set(services) == {"web", "worker", "release", "postgres", "redis", *stand_ins}
    for name in ("web", "worker", "release"):
        shell, flag, command = services[name]["command"]
        # In a compose file a dollar sign is written twice.
        assert (shell, flag, command.replace("$$", "$")) == (
            "/bin/sh",
            "-c",
            f"exec {commands()[name]}",
        )
    for name, module in stand_ins.items():
        assert services[name]["profiles"] == ["sandbox"]
        assert module in " ".join(services[name]["command"])
    for name in ("web", "postgres", "redis", *stand_ins):
        assert services[name]["healthcheck"]["test"]


def test_the_compose_file_names_only_settings_that_exist() -> None:
    from core.settings import Settings, variable_name  # noqa: PLC0415

    known = {variable_name(field) for field in Settings.model_fields}
    services = compose()["services"]
    named = {key for name in ("web", "worker") for key in services[name]["environment"]}
    assert {key for key in named if key.startswith("EBB_")} <= known


def test_the_heroku_manifest_asks_for_every_secret_and_builds_the_page() -> None:
    from core.settings import Settings, variable_name  # noqa: PLC0415

    manifest = json.loads((ROOT / "app.json").read_text())
    asked = set(manifest["env"])
    assert {"EBB_MASTER_SECRETS", "EBB_JWT_SECRET", "EBB_TELEGRAM_BOT_TOKEN"} <= asked
    assert set(manifest["formation"]) == {"web", "worker"}
    known = {variable_name(field) for field in Settings.model_fields}
    assert {name for name in asked if name.startswith("EBB_")} <= known
    # The Node buildpack builds the page from a package.json at the root.
    build = json.loads((ROOT / "package.json").read_text())["scripts"]["heroku-postbuild"]
    assert "cd webapp && npm ci" in build


def test_the_image_builds_from_files_that_exist() -> None:
    copied = []
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _target = line.removeprefix("COPY ").split()
            copied += [source for source in sources if not source.startswith("--")]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source


def test_the_example_environment_names_every_setting(tmp_path: Path) -> None:
    from core.settings import Settings, variable_name  # noqa: PLC0415

    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    assert {variable_name(field) for field in Settings.model_fields} <= named
