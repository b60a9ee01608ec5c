"""The compose file without containers: the same commands with the same variables as processes of this machine.

Only what a container gives is translated: host names and ports, and the folders of volumes. A process sees the
variables of its container and nothing else of this machine's environment.
"""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from hamdel_cli.embedded.ports import free_ports
from hamdel_cli.embedded.postgres import EmbeddedPostgres, installation
from tests.deployment.compose import ROOT, Deployment, process_environment

__all__ = ["NativeDeployment"]

READY_SECONDS: Final = 180.0
STOP_SECONDS: Final = 20.0
ONCE_SECONDS: Final = 120.0


@dataclass
class NativeDeployment:
    """`start()` runs everything in the order of depends_on; `stop()` ends it and says who did not end well."""

    folder: Path
    kafka: str
    deployment: Deployment = field(default_factory=Deployment.committed)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        processes = self.deployment.processes()
        self.ports = dict(zip(processes, free_ports(len(processes)), strict=True))
        self.home = self.folder / "hamdel"
        for name in ("keys", "identity", "passwords"):
            (self.home / name).mkdir(parents=True, mode=0o700)
        self.postgres = EmbeddedPostgres(self.folder, durable=False)

    @property
    def gateway(self) -> str:
        """The address of the one published port."""
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def start(self) -> None:
        """Like `docker compose up`. Raises AssertionError naming what failed, with the end of its log."""
        self.postgres.start()
        self._keep_superuser()
        done: set[str] = set()
        while waiting := [name for name in self.deployment.services if name not in done]:
            able = [name for name in waiting if self._awaited(name) <= done]
            assert able, f"depends_on is a circle: {waiting}"
            # Those that wait for nobody else start together, as compose starts them.
            with ThreadPoolExecutor(len(able)) as together:
                list(together.map(self._run, able))
            done.update(able)

    def stop(self) -> dict[str, int]:
        """SIGTERM to all, as Docker does; gives the exit codes. A process over its grace period is killed: -9."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        codes = {}
        for name, process in self.running.items():
            try:
                codes[name] = process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                codes[name] = process.wait(STOP_SECONDS)
        self.running.clear()
        self.postgres.stop()
        return codes

    def hamdel(self, *arguments: str) -> str:
        """A command as `docker compose run --rm secrets hamdel …` runs it; gives its output."""
        return self._once("secrets", ["hamdel", *arguments])

    def environment(self, name: str) -> dict[str, str]:
        """The container's variables, translated, and what an image always has."""
        declared = process_environment(self.deployment.services[name], {})
        translated = {variable: self.translate(value) for variable, value in declared.items()}
        if name in self.ports or name.removesuffix("-migrations") in self.ports:
            own = self.ports[name.removesuffix("-migrations")]
            translated |= {"HAMDEL_HOST": "127.0.0.1", "HAMDEL_PORT": str(own)}
        if "PGHOST" in translated:
            translated |= {"PGHOST": "127.0.0.1", "PGPORT": str(self.postgres.port)}
        programs = [Path(sys.executable).parent, installation() / "bin", "/usr/bin", "/bin"]
        return {**translated, "PATH": ":".join(map(str, programs)), "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}

    def translate(self, value: str) -> str:
        """Host names of the compose network and folders of volumes → those of this machine."""
        value = value.replace("postgres:5432", f"127.0.0.1:{self.postgres.port}").replace("kafka:9092", self.kafka)
        for name, port in self.ports.items():
            value = re.sub(rf"//{name}:\d+", f"//127.0.0.1:{port}", value)
        return re.sub(r"^/(hamdel|deploy)(?=/|$)", lambda found: str(self._folders[found[1]]), value)

    @property
    def _folders(self) -> dict[str, Path]:
        return {"hamdel": self.home, "deploy": ROOT / "deploy"}

    def _awaited(self, name: str) -> set[str]:
        return set(self.deployment.services[name].get("depends_on", {}))

    def _run(self, name: str) -> None:
        service = self.deployment.services[name]
        if name in ("postgres", "kafka"):
            return  # they run already; here they only keep their place in the order
        command = [self.translate(word) for word in service.get("entrypoint", []) + service.get("command", [])]
        if service["restart"] == "no":
            self._once(name, command)
            return
        with self._log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environment(name), cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait_until_healthy(name)

    def _once(self, name: str, command: list[str]) -> str:
        done = subprocess.run(
            command,
            env=self.environment(name),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=ONCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def _wait_until_healthy(self, name: str) -> None:
        check = self.health_check()
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run(check, env=self.environment(name), capture_output=True, check=False).returncode != 0:
            alive = self.running[name].poll() is None
            assert alive, f"{name} ended:\n{self.last_lines(name)}"
            assert time.monotonic() < deadline, f"{name} is not ready:\n{self.last_lines(name)}"
            time.sleep(0.3)

    def health_check(self) -> list[str]:
        """The command of the Dockerfile's HEALTHCHECK."""
        found = re.search(r"(?m)^\s+CMD (\[.*\])$", self.deployment.dockerfile)
        assert found, "the Dockerfile has no HEALTHCHECK command in exec form"
        command: list[Any] = yaml.safe_load(found[1])
        return [str(word) for word in command]

    def last_lines(self, name: str) -> str:
        """The end of a process's log."""
        return "\n".join(self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-20:])

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _keep_superuser(self) -> None:
        """The official image takes the superuser's password from a file; here the server has made one already."""
        passwords = self.home / "passwords"
        for name, content in (
            ("postgres", self.postgres.password),
            ("postgres.pgpass", f"*:*:*:postgres:{self.postgres.password}\n"),
        ):
            (passwords / name).touch(mode=0o600)
            (passwords / name).write_text(content)
