"""What the stack consists of: names and packages of the processes, the same as in docker-compose.yml."""

from __future__ import annotations

from typing import Final

__all__ = ["GATEWAY", "PACKAGES", "PROCESSES", "SERVICES"]

GATEWAY: Final = "gateway"

SERVICES: Final[dict[str, str]] = {
    "profile": "profile-service",
    "interaction": "interaction-service",
    "survey": "survey-service",
    "loyalty": "loyalty-service",
}
"""Short name (database, topics, URL variable) → name of the process."""

PROCESSES: Final[dict[str, str]] = {**SERVICES, GATEWAY: GATEWAY}

PACKAGES: Final[dict[str, str]] = {short: name.replace("-", "_") for short, name in PROCESSES.items()}
"""Short name → import package, started with `python -m <package>`."""
