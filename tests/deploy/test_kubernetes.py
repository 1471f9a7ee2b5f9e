"""The Kubernetes manifests: of the schema, hardened, and asking the database what there is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import kubernetes_validate
import psycopg2
import pytest
import yaml
from sqlalchemy.orm import Session

from core import clock
from core.ids import new_id
from core.settings import Settings, variable_name
from devstack.paths import ROOT
from devstack.procfile import commands
from models.users import User
from tests.models.test_database import make_account_row, make_job
from trading.outbox import LONGEST_WAIT
from trading.pause import set_paused

FOLDER = ROOT / "ops" / "kubernetes"
OLDEST = "1.29"
# KEDA's, kustomize's and the Prometheus Operator's own kinds: no schema of them is at hand.
OTHERS = ("keda.sh/v1alpha1", "kustomize.config.k8s.io/v1beta1", "monitoring.coreos.com/v1")


def manifests() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text())


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (one for one in manifests() if one["kind"] == kind and name_of(one) == name)
    return found


def name_of(manifest: dict[str, Any]) -> str:
    return str(manifest.get("metadata", {}).get("name", ""))


def pods() -> dict[str, dict[str, Any]]:
    kinds = {"Deployment", "Job"}
    return {
        name_of(one).removeprefix("ebb-"): one["spec"]["template"]["spec"]
        for one in manifests()
        if one["kind"] in kinds
    }


def test_every_manifest_is_of_the_schema_in_the_oldest_and_the_newest_version() -> None:
    ours = [one for one in manifests() if one["apiVersion"] not in OTHERS]
    assert len(ours) >= 10
    newest = kubernetes_validate.latest_version()
    for one, version in itertools.product(ours, (OLDEST, newest)):
        kubernetes_validate.validate(one, version, strict=True)


def test_the_folder_is_what_kustomize_applies() -> None:
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    # The release goes before all others, by itself; the console is for commands alone, and
    # not everybody has the Prometheus Operator.
    there = {file.name for file in FOLDER.glob("*.yaml")}
    assert set(listed) == there - {
        "kustomization.yaml",
        "release.yaml",
        "console.yaml",
        "monitoring.yaml",
    }


@pytest.mark.parametrize("name", ["web", "worker", "release"])
def test_pods_run_the_procfile_s_programs_with_nothing_they_do_not_need(name: str) -> None:
    pod = pods()[name]
    (container,) = pod["containers"]
    assert container["command"][0] == commands()[name].split()[0]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    # Secrets come by reference alone.
    assert container["envFrom"] == [
        {"configMapRef": {"name": "ebb-settings"}},
        {"secretRef": {"name": "ebb-secrets"}},
    ]
    assert {"memory"} <= set(container["resources"]["limits"])
    if name != "release":
        assert {"startupProbe", "livenessProbe"} <= set(container)
        assert pod["terminationGracePeriodSeconds"] >= 30
        assert named("PodDisruptionBudget", f"ebb-{name}")["spec"]["maxUnavailable"] == 1


def test_commands_run_where_the_release_runs() -> None:
    console, release = named("Pod", "ebb-console")["spec"], pods()["release"]
    own = {"activeDeadlineSeconds", "terminationGracePeriodSeconds", "containers"}
    assert {key: console[key] for key in set(console) - own} == {
        key: release[key] for key in set(release) - own
    }
    (its,), (theirs,) = console["containers"], release["containers"]
    assert {**its, "name": "", "command": []} == {**theirs, "name": "", "command": []}


def test_a_worker_s_pod_leaves_turns_as_long_as_the_procfile_does() -> None:
    (container,) = pods()["worker"]["containers"]
    (given,) = re.findall(r"--worker-shutdown-timeout=(\d+)", " ".join(container["command"]))
    assert f"--worker-shutdown-timeout {given}" in commands()["worker"]
    # Everything else beside: tests/deploy/test_files.py adds it up to less than thirty.
    assert pods()["worker"]["terminationGracePeriodSeconds"] > 30


def test_one_image_is_named_throughout() -> None:
    assert len({pod["containers"][0]["image"] for pod in pods().values()}) == 1


def test_the_settings_are_known_and_no_secret_is_among_them() -> None:
    data = named("ConfigMap", "ebb-settings")["data"]
    known = {variable_name(field): field for field in Settings.model_fields}
    others = {"PORT", "WEB_HOST", "WEB_CONCURRENCY"}
    assert set(data) - others <= set(known)
    for name in set(data) - others:
        assert "SecretStr" not in str(Settings.model_fields[known[name]].annotation), name


def test_prometheus_asks_ports_that_there_are_by_the_names_that_alerts_know() -> None:
    scrapes = yaml.safe_load((ROOT / "ops" / "prometheus" / "prometheus.yml").read_text())
    known = {one["job_name"] for one in scrapes["scrape_configs"]}
    monitors = [one for one in manifests() if one["kind"] == "PodMonitor"]
    assert {name_of(one) for one in monitors} == known
    for one in monitors:
        (endpoint,) = one["spec"]["podMetricsEndpoints"]
        deployment = named("Deployment", name_of(one))["spec"]["template"]
        assert one["spec"]["selector"]["matchLabels"] == deployment["metadata"]["labels"]
        (container,) = deployment["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        settings = named("ConfigMap", "ebb-settings")["data"]
        setting = {"http": "PORT", "metrics": "EBB_METRICS_PORT"}[endpoint["port"]]
        assert str(ports[endpoint["port"]]) == settings[setting]
        (relabeling,) = endpoint["relabelings"]
        assert relabeling == {"targetLabel": "job", "replacement": name_of(one)}


def test_the_docs_name_every_key_of_the_secret_that_manifests_use() -> None:
    told = (ROOT / "docs" / "deploy.md").read_text()
    used = re.findall(
        r"name: ebb-secrets, key: (\w+)",
        "".join(file.read_text() for file in FOLDER.glob("*.yaml")),
    )
    assert len(used) >= 3
    assert [key for key in used if f"`{key}`" not in told] == []


@pytest.fixture
def queue_age(database_url: str) -> Callable[[], float]:
    """KEDA's query, with the connection's option that docs/deploy.md names."""
    spec = named("ScaledObject", "ebb-worker")["spec"]
    assert spec["scaleTargetRef"]["name"] == name_of(named("Deployment", "ebb-worker"))
    query = spec["triggers"][0]["metadata"]["query"]

    def ask() -> float:
        connection = psycopg2.connect(f"{database_url}?options=-c%20ebb.scope%3Dsystem")
        try:
            cursor = connection.cursor()
            cursor.execute(query)
            (age,) = cursor.fetchone()
            return float(age)
        finally:
            connection.close()

    return ask


def test_workers_are_scaled_by_the_query_of_the_metric() -> None:
    query = named("ScaledObject", "ebb-worker")["spec"]["triggers"][0]["metadata"]["query"]
    assert query.split() == LONGEST_WAIT.text.split()


def test_workers_are_scaled_by_how_long_a_job_waits_that_could_go_on(
    clean_database: None, session: Session, queue_age: Callable[[], float]
) -> None:
    assert queue_age() == 0
    now = clock.utcnow()
    user = User(id=new_id(), telegram_id=1)
    session.add(user)
    session.flush()
    account = make_account_row(user)
    session.add(account)
    session.flush()
    job = make_job(user, account, created_at=now - timedelta(seconds=90))
    session.add(job)
    session.commit()
    assert 89 < queue_age() < 120
    job.lease_until = now + timedelta(seconds=60)
    session.commit()
    assert queue_age() == 0
    job.lease_until, job.not_before = None, now + timedelta(seconds=60)
    session.commit()
    assert queue_age() == 0
    # What may go on only now waits from now on.
    job.not_before, job.wait_reason = now - timedelta(seconds=20), "paused"
    session.commit()
    assert 19 < queue_age() < 50
    set_paused(session, True, by="test")
    try:
        assert queue_age() == 0
        later = make_job(user, account, created_at=now - timedelta(seconds=90))
        session.add(later)
        session.commit()
        assert queue_age() == 0, "it stands behind the one that is kept back"
        job.cancel_requested = True
        session.commit()
        assert 19 < queue_age() < 50
    finally:
        set_paused(session, False, by="test")
