"""The environment variables of each process: the same names as in docker-compose.yml, embedded values."""

from __future__ import annotations

import os
from urllib.parse import quote

from hamdel_cli.embedded.ports import LOOPBACK
from hamdel_cli.embedded.state import Home, Settings
from hamdel_cli.topology import GATEWAY, PROCESSES, SERVICES

__all__ = ["bootstrap", "database_url", "environment_of", "process_url"]

EMBEDDED_KAFKA = {
    "HAMDEL_KAFKA_IDEMPOTENCE": "false",
    "HAMDEL_KAFKA_STATIC_MEMBERSHIP": "false",
    "HAMDEL_KAFKA_SESSION_TIMEOUT_MS": "2000",
    "HAMDEL_KAFKA_REPLICATION": "1",
    "HAMDEL_RELAY_KEEP_PUBLISHED_DAYS": "28",
}


EMBEDDED_FETCH_MAX_WAIT_MS = {GATEWAY: "20"}
"""The embedded broker answers a fetch late, data or not (Apache Kafka at once when there is data). Only the gateway's
readers wait for what it fetches; a service that asks it fifty times a second costs each of the two 5 % of a core."""


def process_url(settings: Settings, short: str) -> str:
    """The base URL of a process, by short name."""
    return f"http://{LOOPBACK}:{settings.ports[short]}"


def database_url(settings: Settings, short: str) -> str:
    """The libpq URL of a service's own database, with its password."""
    return f"postgresql://{short}:{quote(settings.passwords[short])}@{LOOPBACK}:{settings.ports['postgres']}/{short}"


def bootstrap(settings: Settings) -> str:
    """The given Kafka, or both addresses the embedded broker may have: it moves to the other one when restarted."""
    return settings.kafka or ",".join(f"{LOOPBACK}:{settings.ports[name]}" for name in ("broker", "broker-alternate"))


def environment_of(home: Home, settings: Settings, short: str) -> dict[str, str]:
    """Our own variables over those that `hamdel up` was started with, which it passes on.

    With a Kafka of one's own nothing is said about it but its address: the defaults are meant for Apache Kafka.
    """
    urls = {f"HAMDEL_{service.upper()}_URL": process_url(settings, service) for service in SERVICES}
    # without compiled bytecode every start of a process costs two seconds more
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        "HAMDEL_PUBLIC_URL": process_url(settings, GATEWAY),
        **inherited,
        **({} if settings.kafka else EMBEDDED_KAFKA | _fetch_max_wait(short)),
        **urls,
        "HAMDEL_HOST": LOOPBACK,
        "HAMDEL_PORT": str(settings.ports[short]),
        "HAMDEL_DATABASE_URL": database_url(settings, short),
        "HAMDEL_KAFKA_BOOTSTRAP": bootstrap(settings),
        "HAMDEL_INSTANCE": f"{PROCESSES[short]}-1",
        "HAMDEL_JWKS_FILE": str(home.keys.jwks),
        "HAMDEL_SERVICE_TOKEN_FILE": str(home.keys.service_token),
    }


def _fetch_max_wait(short: str) -> dict[str, str]:
    return {"HAMDEL_KAFKA_FETCH_MAX_WAIT_MS": EMBEDDED_FETCH_MAX_WAIT_MS.get(short, "200")}
