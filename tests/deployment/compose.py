"""docker-compose.yml, the Dockerfile and their scripts as data, for the checks and for the native start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from hamdel_cli.topology import PACKAGES, PROCESSES

__all__ = ["ROOT", "Deployment", "interpolate", "process_environment"]

ROOT: Final = Path(__file__).resolve().parents[2]
VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Deployment:
    """What `docker compose up` is made of."""

    compose: dict[str, Any]
    dockerfile: str
    databases: str
    secrets: str
    example: str

    @classmethod
    def committed(cls, root: Path = ROOT) -> Deployment:
        """The files of the repository."""
        return cls(
            compose=yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8")),
            dockerfile=(root / "Dockerfile").read_text(encoding="utf-8"),
            databases=(root / "deploy" / "databases.sh").read_text(encoding="utf-8"),
            secrets=(root / "deploy" / "secrets.sh").read_text(encoding="utf-8"),
            example=(root / ".env.example").read_text(encoding="utf-8"),
        )

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """Compose's services by name."""
        services: dict[str, dict[str, Any]] = self.compose["services"]
        return services

    def processes(self) -> dict[str, tuple[str, str]]:
        """Name in compose → (short name, import package), for the processes that serve and are wired."""
        named = {name: (short, PACKAGES[short]) for short, name in PROCESSES.items()}
        return {name: known for name, known in named.items() if name in self.services}

    def text(self) -> str:
        """The compose file without comments, its anchors resolved."""
        return yaml.safe_dump(self.compose)


def interpolate(value: str, environment: Mapping[str, str]) -> str:
    """`${NAME:-default}` and `${NAME}` as compose replaces them; a missing one without a default is empty."""
    return VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] or "", value)


def process_environment(service: Mapping[str, Any], outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of a container. A name without a value is passed on from outside when it is set there."""
    declared: Mapping[str, Any] = service.get("environment", {})
    given = {name: interpolate(str(value), outside) for name, value in declared.items() if value is not None}
    passed = {name: outside[name] for name, value in declared.items() if value is None and name in outside}
    return {**given, **passed}
