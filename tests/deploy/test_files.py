"""The files that platforms read say what really runs, and name the settings that there are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from core import telemetry
from core.redis_patience import QUICK_CONNECTIONS
from core.settings import Settings, variable_name
from devstack.paths import ROOT
from devstack.procfile import commands
from worker.broker import QUEUE_CONNECTIONS
from worker.last_words import BESIDE_SECONDS

PROGRAMS = Path(sys.executable).parent
SETTINGS = {variable_name(field) for field in Settings.model_fields}
STAND_INS = {"sandbox": "sandbox.bybit", "telegram": "sandbox.telegram", "mail": "sandbox.mail"}


def run(*command: str | Path) -> str:
    """What a linter says; it must have no complaint."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_a_worker_is_gone_before_a_platform_kills_it() -> None:
    (milliseconds,) = re.findall(r"--worker-shutdown-timeout (\d+)", commands()["worker"])
    # A second until it looks, half of one for its port; turns, then consumers; then the rest.
    rest = BESIDE_SECONDS + 2 * telemetry.LAST_WORDS_SECONDS
    assert 1.5 + 2 * int(milliseconds) / 1000 + rest < 30


# -- the image ------------------------------------------------------------------------------------


def test_the_image_s_recipe_has_nothing_that_hadolint_would_change() -> None:
    run(PROGRAMS / "hadolint", "Dockerfile")


def test_the_image_builds_from_files_that_exist_and_holds_every_package() -> None:
    copied = []
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _target = line.removeprefix("COPY ").split()
            copied += [source for source in sources if not source.startswith("--")]
    for source in copied:
        assert (ROOT / source).exists(), source
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert ours - {"devstack", "bench", "tests"} <= set(copied)


# -- docker compose -------------------------------------------------------------------------------


def test_the_compose_file_is_of_the_compose_schema() -> None:
    run(
        PROGRAMS / "check-jsonschema",
        *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    )


def test_the_compose_file_runs_the_procfile_s_commands() -> None:
    found = services()
    assert set(found) == {"web", "worker", "release", "nginx", "postgres", "redis", *STAND_INS}
    for name in ("web", "worker", "release"):
        shell, flag, command = found[name]["command"]
        # In a compose file a dollar sign is written twice.
        assert (shell, flag) == ("/bin/sh", "-c")
        assert command.replace("$$", "$") == f"exec {commands()[name]}"
    for name, module in STAND_INS.items():
        assert found[name]["profiles"] == ["sandbox"]
        assert module in " ".join(found[name]["command"])


def test_workers_are_scraped_at_the_port_that_they_have() -> None:
    scrapes = yaml.safe_load((ROOT / "ops" / "prometheus" / "prometheus.yml").read_text())
    (worker,) = (one for one in scrapes["scrape_configs"] if one["job_name"] == "ebb-worker")
    (by_name,) = worker["dns_sd_configs"]
    shown = f"${{EBB_METRICS_PORT:-{by_name['port']}}}"
    assert by_name["names"] == ["worker"]
    assert services()["worker"]["environment"]["EBB_METRICS_PORT"] == shown
    assert services()["worker"]["expose"] == [shown]


@pytest.mark.parametrize("name", services())
def test_every_service_is_read_only_and_nobody_s_root(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # A built image names its user itself, as the unprivileged nginx does.
    assert "build" in service or "unprivileged" in service["image"] or service["user"] != "0"
    assert name == "release" or service["healthcheck"]["test"]


def test_no_probe_takes_a_worker_for_dead_that_looks_as_seldom_as_it_may() -> None:
    (most,) = (
        one.le for one in Settings.model_fields["relay_seconds"].metadata if hasattr(one, "le")
    )
    manifest = (ROOT / "ops" / "kubernetes" / "worker.yaml").read_text()
    asked = f"{services()['worker']['healthcheck']['test']} {manifest}"
    # A look that hangs waits for a connection of the pool first, for half a minute.
    limits = re.findall(r"st_mtime > (\d+)", asked)
    assert len(limits) == 2
    assert all(int(seconds) >= most + 30 for seconds in limits)


def test_the_images_are_built_for_a_user_that_is_not_root() -> None:
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for stage in stages:
        if re.search(r" AS (sandbox|application)\n", stage):
            assert "\nUSER 10001\n" in stage


@pytest.mark.parametrize("name", ["web", "worker", "release"])
def test_the_compose_file_passes_every_setting_on(name: str) -> None:
    passed = {key for key in services()[name]["environment"] if key not in ("PORT", "WEB_HOST")}
    numbers = {"WEB_CONCURRENCY", "WEB_THREADS", "WORKER_PROCESSES", "WORKER_THREADS"}
    # What the docs send people to set, and OpenTelemetry reads by itself.
    example = (ROOT / ".env.example").read_text()
    others = set(re.findall(r"^# (OTEL_\w+)=", example, flags=re.MULTILINE)) - SETTINGS
    told = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"OTEL_\w+", told)) <= others | SETTINGS
    assert passed == SETTINGS | numbers | others


def test_the_compose_file_s_own_servers_can_be_replaced() -> None:
    environment = services()["web"]["environment"]
    assert environment["DATABASE_URL"].startswith("${DATABASE_URL:-postgresql://ebb:")
    assert environment["REDIS_URL"] == "${REDIS_URL:-redis://redis:6379/0}"


def test_what_every_setting_needs_is_in_the_image_and_the_slug() -> None:
    installed = (ROOT / "requirements" / "base.txt").read_text()
    assert "-r requirements/base.txt" in (ROOT / "Dockerfile").read_text()
    # RabbitMQ's client, for EBB_BROKER_URL.
    assert re.search(r"^pika==", installed, flags=re.MULTILINE)


# -- Heroku ---------------------------------------------------------------------------------------


def test_the_heroku_manifest_asks_for_what_has_no_default() -> None:
    manifest = json.loads((ROOT / "app.json").read_text())
    asked = manifest["env"]
    assert {name for name in asked if name.startswith("EBB_")} <= SETTINGS
    needed = {
        variable_name(name)
        for name, field in Settings.model_fields.items()
        if field.is_required() or field.default in (None, ())
    }
    given = {"DATABASE_URL", "REDIS_URL"}
    # An add-on of the few; OpenTelemetry's names stand beside ours.
    given |= {"EBB_BROKER_URL"}
    given |= {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"}
    # A dyno has no probes, and a worker's no port.
    assert needed - given - {"EBB_WORKER_BEAT_FILE", "EBB_METRICS_PORT"} <= set(asked)
    for name, entry in asked.items():
        field = Settings.model_fields.get(name.removeprefix("EBB_").lower())
        must = field is None or field.is_required() or bool({"value", "generator"} & entry.keys())
        assert entry.get("required", True) is must, name
        assert entry["description"]
    # Its router's address, its Redis's certificate, its smallest plan's connections.
    values = {name: entry["value"] for name, entry in asked.items() if "value" in entry}
    assert values["EBB_TRUSTED_PROXIES"] == "1"
    assert values["EBB_REDIS_TLS_VERIFY"] == "false"
    webs, workers = int(values["WEB_CONCURRENCY"]), int(values["WORKER_PROCESSES"])
    assert (webs + workers) * (int(values["EBB_DATABASE_POOL_SIZE"]) + 2) + 4 <= 20
    # A web process hears announcements by one more.
    of_web, of_worker = QUICK_CONNECTIONS + 1, QUICK_CONNECTIONS + QUEUE_CONNECTIONS
    assert webs * of_web + workers * of_worker <= 20
    told = (ROOT / "docs" / "operating.md").read_text()
    assert f"a web process has at most {of_web}, a worker {of_worker} " in told


def test_the_recipe_for_heroku_sets_what_its_manifest_does() -> None:
    values = json.loads((ROOT / "app.json").read_text())["env"]
    recipe = (ROOT / "docs" / "deploy.md").read_text().partition("heroku config:set")[2]
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", recipe.partition("\ngit push")[0]))
    # The platform knows it by DYNO; production is the default.
    for name in {one for one in values if "value" in values[one]} - {"WEB_HOST", "EBB_ENVIRONMENT"}:
        assert given[name] == values[name]["value"], name


def test_heroku_builds_the_page_and_installs_what_is_locked() -> None:
    manifest = json.loads((ROOT / "app.json").read_text())
    assert set(manifest["formation"]) == set(commands()) - {"release"}
    assert [pack["url"] for pack in manifest["buildpacks"]] == ["heroku/nodejs", "heroku/python"]
    build = json.loads((ROOT / "package.json").read_text())["scripts"]["heroku-postbuild"]
    assert build.startswith("cd webapp && npm ci --include=dev && npm run build")
    assert "build" in json.loads((ROOT / "webapp" / "package.json").read_text())["scripts"]
    assert (ROOT / "requirements.txt").read_text() == "-r requirements/base.txt\n"
    # What the build needs must not be ignored before it.
    ignored = (ROOT / ".slugignore").read_text().split()
    assert not {"/webapp", "/migrations", "/requirements"} & set(ignored)


def test_the_example_environment_names_every_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    assert named >= SETTINGS
    compose = (ROOT / "docker-compose.yml").read_text()
    assert named >= set(re.findall(r"\$\{(\w+):\?", compose))
