"""`make up`: everything that Ebb needs, started, watched and stopped together."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TextIO

import requests
from honcho import manager as honcho_manager
from honcho.manager import Manager
from honcho.printer import Printer

from devstack import node
from devstack.environment import child_environment
from devstack.orphans import claim, stop_orphans
from devstack.paths import DEV, ROOT, DevstackError
from devstack.ports import any_free, free_from
from devstack.postgres import Postgres
from devstack.procfile import commands, with_our_python
from devstack.redis_server import Redis

_READY_SECONDS = 120.0
# Heroku gives 30 s; the worker hands its step back well before.
honcho_manager.KILL_WAIT = 25


class _Tee:
    """Writes to the terminal and to the log file that `make logs` shows."""

    def __init__(self, *streams: TextIO) -> None:
        self._streams = streams

    def write(self, text: str) -> int:
        for stream in self._streams:
            stream.write(text)
            stream.flush()
        return len(text)

    def flush(self) -> None:
        for stream in self._streams:
            stream.flush()

    def isatty(self) -> bool:
        return False


def up(wanted_port: int) -> int:
    """Run until Ctrl-C; the exit code. Raises DevstackError with what is in the way."""
    stop_left = DEV / "run.json"
    claim(stop_left, f"http://127.0.0.1:{wanted_port}")
    left = stop_orphans(DEV)
    if left:
        print(f"Stopped what an earlier run left behind: {', '.join(sorted(set(left)))}")
    port = free_from(wanted_port)
    if port != wanted_port:
        print(
            f"Port {wanted_port} is taken by another program; using {port}."
            " Choose one with `make up PORT=...`."
        )
    url = f"http://127.0.0.1:{port}"
    claim(stop_left, url)
    postgres, redis = _servers()
    try:
        return _run(port, url, postgres, redis)
    finally:
        if redis is not None:
            redis.stop()
        if postgres is not None:
            postgres.stop()
        stop_left.unlink(missing_ok=True)


def _servers() -> tuple[Postgres | None, Redis | None]:
    postgres = redis = None
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(DEV / "postgres")
        postgres.start()
    if not os.environ.get("REDIS_URL"):
        redis = Redis(DEV / "redis")
        redis.start()
    return postgres, redis


def _run(port: int, url: str, postgres: Postgres | None, redis: Redis | None) -> int:
    sandbox_port, telegram_port, mail_port, smtp_port = (any_free() for _ in range(4))
    telegram_url = f"http://127.0.0.1:{telegram_port}"
    shown = {"Write to the bot": telegram_url, "Mail shows at": f"http://127.0.0.1:{mail_port}"}
    environment = with_our_python(
        child_environment(
            DEV,
            database_url=postgres.ensure_database("ebb")
            if postgres
            else os.environ["DATABASE_URL"],
            redis_url=redis.url() if redis else os.environ["REDIS_URL"],
            sandbox_url=f"http://127.0.0.1:{sandbox_port}",
            telegram_url=telegram_url,
            smtp_url=f"smtp://127.0.0.1:{smtp_port}",
        )
    )
    environment["PORT"] = str(port)
    environment.setdefault("EBB_PUBLIC_URL", url)
    wanted = commands()
    _release(wanted["release"], environment)
    node.build()
    log_file = DEV / "logs" / "up.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("a", encoding="utf-8") as log:
        processes = Manager(Printer(_Tee(sys.stdout, log), prefix=True))
        processes.add_process(
            "sandbox",
            f"exec python -m sandbox.bybit --port {sandbox_port} --drift 4"
            f" --state '{DEV / 'sandbox.state'}'",
            env=environment,
            cwd=str(ROOT),
        )
        processes.add_process(
            "telegram",
            f"exec python -m sandbox.telegram --port {telegram_port}"
            f" --state '{DEV / 'telegram.state'}'",
            env={
                **environment,
                "SANDBOX_TELEGRAM_TOKENS": environment["EBB_TELEGRAM_BOT_TOKEN"],
                "SANDBOX_TELEGRAM_CHAT": environment["EBB_TELEGRAM_CHAT_ID"],
                "SANDBOX_TELEGRAM_TOPIC": environment["EBB_TELEGRAM_LIVE_TOPIC_ID"],
            },
            cwd=str(ROOT),
        )
        processes.add_process(
            "mail",
            f"exec python -m sandbox.mail --port {mail_port} --smtp-port {smtp_port}",
            env=environment,
            cwd=str(ROOT),
        )
        for name in ("web", "worker"):
            # Bound to loopback here; the platform's own front stands before it elsewhere.
            processes.add_process(name, f"exec {wanted[name]}", env=environment, cwd=str(ROOT))
        watcher = threading.Thread(target=_announce, args=(url, shown, processes), daemon=True)
        watcher.start()
        processes.loop()
    # 130 and 143 are a person's Ctrl-C and the system's SIGTERM: the way this is meant to end.
    return 0 if processes.returncode in (130, 143) else (processes.returncode or 1)


def _release(command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DevstackError(f"{done.stdout}{done.stderr}\nMigrations failed: `{command}`")


def _announce(url: str, shown: dict[str, str], processes: Manager) -> None:
    """Say it once the page and the API answer."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        try:
            page = requests.get(f"{url}/", timeout=2)
            ready = requests.get(f"{url}/readyz", timeout=2)
            if page.status_code == 200 and ready.json().get("status") == "ok":
                for what, where in shown.items():
                    print(f"{what}: {where}", flush=True)
                print(f"Ebb is up: {url}", flush=True)
                return
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.1)
    print(f"Ebb did not come up within {_READY_SECONDS:.0f} s; see {DEV / 'logs'}", flush=True)
    processes.terminate()
