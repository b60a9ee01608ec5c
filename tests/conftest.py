"""Fixtures for every test: the real PostgreSQL and a real broker, started once per session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from hamdel_cli.embedded.broker import EmbeddedBroker
from hamdel_cli.embedded.postgres import EmbeddedPostgres
from hamdel_cli.keys import KeyFolder
from tests.support.databases import EVENTING, Databases, make_logins_cheap, run_aside
from tests.support.tokens import Tokens

if TYPE_CHECKING:
    import httpx

    from hamdel.messaging.settings import KafkaSettings


def pytest_configure() -> None:
    """Tracebacks in the logs of tests are plain: rendering them with the values of all variables takes seconds, which
    tests of failing handlers would have to wait for."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The session's own state folder.

    Not below pytest's own: every session closes that one to other accounts when it starts (mode 0700), and PostgreSQL,
    which runs as another account where we are root, would lose its files.
    """
    folder = Path(mkdtemp(prefix="hamdel-test-"))
    yield folder
    rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded server; `postgres.url()` is the superuser's URL."""
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    run_aside(make_logins_cheap(server))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Databases:
    """The maker of databases, with its templates."""
    return Databases(postgres)


@pytest.fixture
def database_for(databases: Databases) -> Iterator[Callable[[str], str]]:
    """`database_for("profile")` → the URL of a fresh, migrated database, given back after the test."""
    lent: list[str] = []

    def lend(kind: str) -> str:
        lent.append(databases.fresh(kind))
        return lent[-1]

    yield lend
    for url in lent:
        databases.give_back(url)


@pytest.fixture
def eventing_database(database_for: Callable[[str], str]) -> str:
    """The URL of a fresh database with the tables of hamdel.messaging.schema."""
    return database_for(EVENTING)


@pytest.fixture(scope="session")
def broker(home: Path) -> Iterator[str]:
    """`host:port` of a broker: HAMDEL_TEST_KAFKA when it is set (Apache Kafka), else the embedded one."""
    given = os.environ.get("HAMDEL_TEST_KAFKA")
    if given:
        yield given
        return
    embedded = EmbeddedBroker(log=home / "logs" / "broker.log")
    embedded.start()
    yield embedded.bootstrap
    embedded.stop()


@pytest.fixture(scope="session")
def token(home: Path) -> Tokens:
    """`token("agent", scopes=["pii:read"])` → a JWT; `token.keys.jwks` verifies it."""
    keys = KeyFolder(home / "keys")
    keys.initialise()
    return Tokens(keys)


@pytest.fixture
def app_client(
    database_for: Callable[[str], str], kafka_settings: KafkaSettings, token: Tokens
) -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    """`async with app_client("survey", role="agent") as client:` → a started service on a fresh database.

    Further keyword arguments are settings of the service; `database_url=` reuses a database.
    """

    def make(short: str, role: str = "admin", **values: Any) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        from tests.support.apps import application, client_of

        base: dict[str, Any] = {
            "kafka_bootstrap": kafka_settings.bootstrap,
            "kafka_idempotence": kafka_settings.idempotence,
            "kafka_static_membership": kafka_settings.static_membership,
            "kafka_session_timeout_ms": kafka_settings.session_timeout_ms,
            "jwks_file": token.keys.jwks,
            "service_token_file": token.keys.service_token,
            "log_level": "WARNING",
        }
        if "database_url" not in values:
            base["database_url"] = database_for(short)
        return client_of(application(short, base | values), token, role)

    return make


@pytest.fixture(scope="session")
def kafka_settings(broker: str) -> KafkaSettings:
    """Settings that fit the session's broker: those of production on Apache Kafka, else those of the embedded one."""
    from hamdel.messaging.settings import KafkaSettings

    embedded = "HAMDEL_TEST_KAFKA" not in os.environ
    return KafkaSettings(
        bootstrap=broker,
        idempotence=not embedded,
        static_membership=not embedded,
        session_timeout_ms=2_000 if embedded else 6_000,
        fetch_max_wait_ms=20,
        replication=1,
        request_timeout_ms=5_000,
        instance="test",
    )
