"""What dashboard and alerts ask for is there: every query against a real scrape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask_openapi3 import OpenAPI

from core import metrics
from devstack.paths import ROOT
from exchange.outcomes import ExchangeError
from tests.ops.promql import Known
from tests.web.conftest import Person

OPS = ROOT / "ops"
DASHBOARD = OPS / "grafana" / "ebb.json"
RULES = OPS / "prometheus" / "alerts.yml"


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[str]:
    for panel in panels():
        yield from (as_run(target["expr"]) for target in panel["targets"])
    yield from (rule["expr"] for rule in rules())


def as_run(query: str) -> str:
    """With Grafana's variable replaced as Grafana does."""
    return query.replace("$__rate_interval", "1m")


def named(text: str) -> set[str]:
    """Labels that a legend or an annotation names."""
    return set(re.findall(r"{{\s*(?:\$labels\.)?([a-z_]+)\s*}}", text))


@pytest.fixture
def known(app: OpenAPI, trader: Person, work: Callable[[str], None]) -> Known:
    """After a job was done."""
    body = {"market_type": "futures", "percent": "25"}
    work(trader.order("/api/positions/reduce", body).get_json()["id"])
    trader.client.post("/api/auth/telegram", json={"init_data": "x"})
    app.extensions["gauges"]._read_at = float("-inf")
    told = app.test_client().get("/metrics").get_data(as_text=True)
    outcomes = {kind.outcome for kind in (ExchangeError, *ExchangeError.__subclasses__())}
    return Known.from_scrape(
        told,
        {
            "outcome": {*outcomes, "limited"},
            "status": {"101", "500", "503"},
            "method": {"place_batch_order"},
        },
    )


def test_every_query_of_dashboard_and_alerts_finds_what_it_asks_for(known: Known) -> None:
    for panel in panels():
        for target in panel["targets"]:
            labels = known.result_labels(as_run(target["expr"]))
            assert named(target["legendFormat"]) <= labels, panel["title"]
    for rule in rules():
        labels = known.result_labels(rule["expr"])
        assert named(rule["annotations"]["summary"]) <= labels | {"value"}, rule["alert"]


def test_every_metric_has_its_panel(known: Known) -> None:
    facts = {one.name for one in vars(metrics).values() if isinstance(one, metrics.Fact)}
    ours = facts | {
        "ebb_http_requests_seconds",
        "ebb_exchange_request_seconds",
        "ebb_sign_ins_total",
    }
    told = {re.sub("_(bucket|count|sum)$", "", name) for name in known.labels} - {"up"}
    assert {name for name in told if not name.endswith("_created")} == ours
    asked = "\n".join(queries())
    assert [name for name in sorted(ours) if name not in asked] == []
    table = (ROOT / "docs" / "operating.md").read_text()
    assert [name for name in sorted(ours) if f"`{name}" not in table] == []


def test_a_query_that_asks_for_what_is_not_there_is_found_out(known: Known) -> None:
    for wrong in (
        "max(ebb_worker)",
        "max by (account) (ebb_jobs)",
        'max(ebb_jobs{state="sleeping"})',
        'sum(ebb_http_requests_seconds_count{route="x", user="y"})',
        "histogram_quantile(0.9, max(rate(ebb_tap_to_order_seconds_bucket[5m])))",
        "max by (state) (ebb_jobs) / max(ebb_workers)",
    ):
        with pytest.raises(AssertionError):
            known.result_labels(wrong)


def test_every_alert_says_what_to_do() -> None:
    told = (ROOT / "docs" / "operating.md").read_text()
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert f"`{rule['alert']}`" in told, rule["alert"]


def test_no_panel_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    numbers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(numbers)) == len(numbers)


def test_prometheus_asks_both_kinds_of_process_with_the_token() -> None:
    told = yaml.safe_load((OPS / "prometheus" / "prometheus.yml").read_text())
    jobs = {one["job_name"]: one for one in told["scrape_configs"]}
    assert set(jobs) == {"ebb-web", "ebb-worker"}
    assert all(one["authorization"]["credentials_file"] for one in jobs.values())
    for name in told["rule_files"]:
        assert (OPS / "prometheus" / Path(name)).exists()
