"""A RabbitMQ of a test's own, where the machine has one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devstack.ports import any_free

_START_SECONDS = 60


def program() -> Path | None:
    """The server's own script: the one on Debian's path wants to be root, and another user then."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    if found and shutil.which("epmd"):
        return found[-1]
    return None


@dataclass
class RabbitServer:
    """Can be killed and started again on the same folder."""

    folder: Path
    port: int = field(default_factory=any_free)
    _running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def start(self, epmd_port: int) -> None:
        script = program()
        assert script is not None
        (self.folder / "plugins").write_text("[].\n")
        settings = {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": "ebb-test@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(any_free()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
        }
        with (self.folder / "out.log").open("ab") as log:
            self._running = subprocess.Popen(
                [str(script)],
                env={"PATH": os.environ["PATH"], **settings},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "out.log").read_text()[-2000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as opened:
                # Anything but its own greeting is answered with the version it speaks.
                opened.sendall(b"AMQP\0\0\0\0")
                return opened.recv(4) == b"AMQP"
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9 of the whole session, as a power cut would."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait(10)
            self._running = None


@contextmanager
def port_mapper() -> Iterator[int]:
    """Erlang's, which would otherwise stay behind as a daemon; its port."""
    port = any_free()
    running = subprocess.Popen(["epmd", "-port", str(port), "-address", "127.0.0.1"])
    try:
        yield port
    finally:
        running.kill()
        running.wait(10)


@pytest.fixture
def epmd_port() -> Iterator[int]:
    with port_mapper() as port:
        yield port


@pytest.fixture
def rabbit(tmp_path: Path, epmd_port: int) -> Iterator[RabbitServer]:
    server = RabbitServer(tmp_path)
    server.start(epmd_port)
    yield server
    server.kill()
