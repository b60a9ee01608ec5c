"""`hamdel up --kafka`: what changes for the processes, what the home remembers, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamdel_cli import lifecycle
from hamdel_cli.embedded.environment import environment_of
from hamdel_cli.embedded.ports import PortClaims
from hamdel_cli.embedded.stack import Supervisor
from hamdel_cli.embedded.state import Home
from hamdel_cli.errors import CommandFailedError

KAFKA = "kafka.example:9092"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home."""
    made = Home(tmp_path / "home")
    made.prepare()
    return made


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that says nothing about Kafka."""
    for name in ("IDEMPOTENCE", "STATIC_MEMBERSHIP", "SESSION_TIMEOUT_MS", "REPLICATION"):
        monkeypatch.delenv(f"HAMDEL_KAFKA_{name}", raising=False)
    monkeypatch.delenv("HAMDEL_RELAY_KEEP_PUBLISHED_DAYS", raising=False)


def kafka_of(home: Home, monkeypatch: pytest.MonkeyPatch, kafka: str | None) -> dict[str, object]:
    """What loyalty-service makes of the variables that it is started with."""
    from loyalty_service.settings import Settings

    environment = environment_of(home, home.settle(PortClaims(), None, kafka), "loyalty")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    kept = {"relay_keep_published_days": settings.relay_keep_published_days}
    return {**settings.kafka().model_dump(), **kept}


@pytest.mark.usefixtures("no_variables")
def test_with_apache_kafka_the_processes_have_the_settings_of_production(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = kafka_of(home, monkeypatch, KAFKA)
    assert found == {
        "bootstrap": KAFKA,
        "idempotence": True,
        "static_membership": True,
        "session_timeout_ms": 30_000,
        "fetch_max_wait_ms": 500,
        "replication": 1,
        "request_timeout_ms": 5_000,
        "instance": "loyalty-service-1",
        "relay_keep_published_days": 0,
    }


@pytest.mark.usefixtures("no_variables")
def test_the_callers_variables_change_the_settings_for_apache_kafka(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAMDEL_KAFKA_SESSION_TIMEOUT_MS", "7000")
    assert kafka_of(home, monkeypatch, KAFKA)["session_timeout_ms"] == 7000


@pytest.mark.usefixtures("no_variables")
def test_the_callers_variables_do_not_change_those_for_the_embedded_broker(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAMDEL_KAFKA_IDEMPOTENCE", "true")
    assert kafka_of(home, monkeypatch, None)["idempotence"] is False


def test_the_home_remembers_the_address_until_another_one_is_given(home: Home) -> None:
    home.settle(PortClaims(), None, KAFKA)
    assert home.settle(PortClaims(), None).kafka == KAFKA
    assert home.settle(PortClaims(), None, "other:9092").kafka == "other:9092"


def test_with_apache_kafka_the_stack_has_no_broker_process(home: Home) -> None:
    embedded, own = (Supervisor(home, home.settle(PortClaims(), None, kafka), print) for kafka in (None, KAFKA))
    names = [[child.name for child in supervisor._children] for supervisor in (embedded, own)]
    assert [name for name in names[0] if name not in names[1]] == ["broker"]


@pytest.mark.parametrize("address", ["kafka", "kafka:", ":9092", "kafka:9092,", "kafka :9092"])
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(CommandFailedError, match="HOST:PORT"):
        lifecycle.start_detached(tmp_path / "home", None, kafka=address)


def test_a_home_that_began_with_the_embedded_broker_keeps_it(home: Home) -> None:
    home.settle(PortClaims(), None)
    with pytest.raises(CommandFailedError, match="has the embedded broker; use another --home"):
        lifecycle.start_detached(home.folder, None, kafka=KAFKA)


def test_a_running_stack_does_not_move_to_another_kafka(home: Home) -> None:
    home.settle(PortClaims(), None, KAFKA)
    with home.lock(), pytest.raises(CommandFailedError, match=f"runs with Kafka at {KAFKA}"):
        lifecycle.start_detached(home.folder, None, kafka="other:9092")
