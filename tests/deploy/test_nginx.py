"""nginx with our configuration in front of web: sockets, long polls, the caller's address."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml
from urllib3.exceptions import InsecureRequestWarning
from websockets.sync.client import connect

from devstack.paths import ROOT
from devstack.ports import any_free
from devstack.proxies import find
from tests.deploy.tls_front import self_signed
from tests.stack import Caller, Stack, sign_in, wait_for

NGINX = find("nginx")
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
def stack(environment: dict[str, str]) -> Iterator[Stack]:
    if NGINX is None:
        pytest.skip("this machine has no nginx")
    made = Stack({**environment, "EBB_TRUSTED_PROXIES": "1", "WEB_CONCURRENCY": "1"})
    made.start("web")
    yield made
    made.stop_all()


@contextmanager
def nginx(stack: Stack, folder: Path, *files: str) -> Iterator[Front]:
    """It serves these files; what listens at 8080 there is asked. All else is of this folder."""
    port = any_free()
    replaced = {
        "listen 8080": f"listen 127.0.0.1:{port}",
        "http://web:8000": stack.url,
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "server-error.log"),
    }
    inside = "\n".join(files)
    for ours, here in replaced.items():
        inside = inside.replace(ours, here)
    (folder / "ebb.conf").write_text(inside)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f" events {{}} http {{ {places} include {folder}/ebb.conf; }}"
    )
    assert NGINX is not None
    running = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: requests.get(f"{url}/healthz", timeout=2).status_code == 200)
        yield Front(url, stack, folder)
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def front(stack: Stack, tmp_path: Path) -> Iterator[Front]:
    with nginx(stack, tmp_path, CONFIGURATION.read_text()) as made:
        yield made


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
    # Telegram's updates may be larger than what people send. Ours to refuse (and not always read to
    # the end for that), not nginx's.
    update = b"x" * 1_000_000
    told = requests.post(f"{front.url}/telegram/webhook/1", data=update, timeout=10)
    assert told.status_code != 413
    assert ticket not in front.logs()
    # Nor where web does not answer.
    front.stack.kill("web")
    asked = requests.get(f"{front.url}/ws?ticket={ticket}", timeout=10)
    assert asked.status_code == 502
    wait_for(lambda: " /ws 502 " in front.logs())
    assert ticket not in front.logs()


def test_with_tls_the_container_is_healthy_and_people_are_sent_on(
    stack: Stack, tmp_path: Path
) -> None:
    pair = self_signed(tmp_path)
    safe = any_free()
    lines = (
        (CONFIGURATION.parent / "tls.conf")
        .read_text()
        .replace("8443", f"127.0.0.1:{safe}")
        .replace("/etc/nginx/tls/fullchain.pem", str(pair))
        .replace("/etc/nginx/tls/privkey.pem", str(pair))
        # Debian's nginx is older than the image's, where this is a line of its own.
        .replace("http2 on;", "")
    )
    challenges = tmp_path / ".well-known" / "acme-challenge"
    challenges.mkdir(parents=True)
    (challenges / "asked").write_text("answered")
    plain = (
        (CONFIGURATION.parent / "plain.conf").read_text().replace("/var/www/acme", str(tmp_path))
    )
    main = CONFIGURATION.read_text().replace("listen 8080;", lines)
    with nginx(stack, tmp_path, main, plain) as front:
        told = requests.get(f"{front.url}/jobs?x=1", timeout=5, allow_redirects=False)
        assert (told.status_code, told.headers["Location"]) == (308, "https://127.0.0.1/jobs?x=1")
        renewed = requests.get(f"{front.url}/.well-known/acme-challenge/asked", timeout=5)
        assert renewed.text == "answered"
        with pytest.warns(InsecureRequestWarning):
            page = requests.get(f"https://127.0.0.1:{safe}/readyz", timeout=5, verify=False)
        assert page.json()["status"] == "ok"
