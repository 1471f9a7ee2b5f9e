"""nginx with our configuration in front of web: sockets, long polls, the caller's address."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml
from websockets.sync.client import connect

from devstack.paths import ROOT
from devstack.ports import any_free
from tests.stack import Caller, Stack, sign_in, wait_for

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CONFIGURATION = ROOT / "ops" / "nginx" / "ebb.conf"


def test_no_query_is_logged_and_no_metrics_are_shown() -> None:
    lines = [line.split("#")[0] for line in CONFIGURATION.read_text().splitlines()]
    written = "\n".join(lines)
    for query in ("$request ", "$request_uri", "$args", "$query_string", "$is_args"):
        assert query not in written
    assert "location = /metrics {" in written
    assert "error_log /dev/stderr emerg;" in written
    ingress = yaml.safe_load_all((ROOT / "ops" / "kubernetes" / "ingress.yaml").read_text())
    told = next(iter(ingress))["metadata"]["annotations"]
    assert told["nginx.ingress.kubernetes.io/enable-access-log"] == "false"
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in written


@dataclass(frozen=True)
class Front:
    """An nginx in front of a web process."""

    url: str
    stack: Stack
    folder: Path

    def logs(self) -> str:
        """All that nginx wrote."""
        return "".join(one.read_text() for one in sorted(self.folder.glob("*.log")))


@pytest.fixture
def front(environment: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    if not Path(NGINX).exists():
        pytest.skip("this machine has no nginx")
    stack, port = (
        Stack({**environment, "EBB_TRUSTED_PROXIES": "1", "WEB_CONCURRENCY": "1"}),
        any_free(),
    )
    stack.start("web")
    inside = (
        CONFIGURATION.read_text()
        .replace("listen 8080", f"listen 127.0.0.1:{port}")
        .replace("http://web:8000", stack.url)
        .replace("/dev/stdout", str(tmp_path / "access.log"))
        .replace("/dev/stderr", str(tmp_path / "server-error.log"))
    )
    (tmp_path / "ebb.conf").write_text(inside)
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;"
        f" events {{}} http {{ {places} include {tmp_path}/ebb.conf; }}"
    )
    nginx = subprocess.Popen([NGINX, "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: requests.get(f"{url}/healthz", timeout=2).status_code == 200)
        yield Front(url, stack, tmp_path)
    finally:
        nginx.terminate()
        nginx.wait(10)
        stack.stop_all()


@pytest.fixture
def person(front: Front, known_secrets: Callable[..., None]) -> Caller:
    return sign_in(front.url, 6101, known_secrets)


def test_sockets_and_long_polls_go_through(front: Front, person: Caller) -> None:
    ticket = person.call("POST", "/api/ws-ticket").json()["ticket"]
    with connect(f"{front.url.replace('http', 'ws', 1)}/ws?ticket={ticket}") as socket:
        assert json.loads(socket.recv(timeout=10))["type"]
    # Nobody works here: the job changes when it is cancelled, and the poll answers then.
    job = person.reduce("polled", market_type="spot", percent="10").json()["id"]
    first = person.call("GET", f"/api/jobs/{job}")
    with ThreadPoolExecutor() as pool:
        begun = time.monotonic()
        etag = first.headers["ETag"]
        waits = pool.submit(
            person.call, "GET", f"/api/jobs/{job}?wait=20", **{"If-None-Match": etag}
        )
        assert person.call("POST", f"/api/jobs/{job}/cancel").status_code == 200
        assert waits.result().json()["state"] == "cancelled"
        assert time.monotonic() - begun < 15
    assert requests.get(f"{front.url}/metrics", timeout=5).status_code == 404
    # Whoever claims to come from elsewhere is known by the connection.
    mine = person.call("GET", "/api/audit", **{"X-Forwarded-For": "203.0.113.7"}).json()["items"]
    assert {entry["remote_addr"] for entry in mine if entry.get("remote_addr")} == {"127.0.0.1"}
    # Telegram's updates may be larger than what people send; ours to refuse, not nginx's.
    update = b"x" * 1_000_000
    told = requests.post(f"{front.url}/telegram/webhook/1", data=update, timeout=10)
    assert told.headers["Content-Type"] == "application/problem+json"
    assert ticket not in front.logs()
    # Nor where web does not answer.
    front.stack.kill("web")
    asked = requests.get(f"{front.url}/ws?ticket={ticket}", timeout=10)
    assert asked.status_code == 502
    assert ticket not in front.logs()
    assert " /ws 502 " in front.logs()
