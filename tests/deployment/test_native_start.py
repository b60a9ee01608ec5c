"""`docker compose up` without Docker: the same commands and variables, a real PostgreSQL and a real Apache Kafka."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deployment.native import NativeDeployment

pytestmark = pytest.mark.kafka

SECONDS = 60.0


@pytest.fixture(scope="module")
def native(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeDeployment]:
    """The whole deployment, ready; at the end every process has to leave by itself."""
    deployment = NativeDeployment(tmp_path_factory.mktemp("native"), broker)
    try:
        deployment.start()
        yield deployment
    finally:
        codes = deployment.stop()
    # uvicorn shuts down in order and then raises the signal again on itself; a process that had to be killed is -9.
    assert set(codes.values()) <= {0, -signal.SIGTERM}, codes


@pytest.fixture(scope="module")
def client(native: NativeDeployment) -> Iterator[httpx.Client]:
    """An agent at the gateway, with the token that the compose file's comment tells how to get."""
    token = native.hamdel("token", "--home", str(native.home), "--role", "agent")
    with httpx.Client(base_url=native.gateway, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def customer(client: httpx.Client) -> str:
    """A customer with one purchase of 77 dollars."""
    created = client.post("/v1/customers", json={"kind": "person", "name": {"given": "Mina", "family": "Rad"}})
    assert created.status_code == 201, created.text
    customer_id = str(created.json()["id"])
    purchase = {
        "customer_id": customer_id,
        "external_id": f"native-{customer_id}",
        "occurred_at": "2026-06-01T08:30:00Z",
        "channel": "web",
        "items": [{"sku": "CD-1", "name": "CD", "quantity": 5, "unit_price": {"amount": "15.40", "currency": "USD"}}],
        "total": {"amount": "77.00", "currency": "USD"},
    }
    bought = client.post("/v1/purchases", json=purchase)
    assert bought.status_code == 201, bought.text
    return customer_id


def test_a_purchase_reaches_the_view_over_apache_kafka(client: httpx.Client, customer: str) -> None:
    view = eventually(
        lambda: client.get(f"/v1/customers/{customer}/view"), lambda view: view["complete"] and bought(view)
    )

    assert view["interactions"]["purchases"]["count"] == 1
    assert view["interactions"]["purchases"]["total"] == {"amount": "77.00", "currency": "USD"}
    assert view["profile"]["name"]["given"] == "Mina"


def bought(view: dict[str, Any]) -> bool:
    return bool(view.get("interactions", {}).get("purchases", {}).get("count"))


def eventually(ask: Any, enough: Any) -> dict[str, Any]:
    """The first answer that is enough; fails with the last one."""
    deadline = time.monotonic() + SECONDS
    while True:
        answer = ask()
        body: dict[str, Any] = answer.json()
        if answer.status_code == 200 and enough(body):
            return body
        assert time.monotonic() < deadline, f"{answer.status_code} {body}"
        time.sleep(0.2)


def test_kcat_reads_the_purchase_from_the_bus(native: NativeDeployment, customer: str) -> None:
    deadline = time.monotonic() + SECONDS
    mine: list[dict[str, Any]] = []
    while not mine and time.monotonic() < deadline:
        mine = [record for record in kcat(native.kafka, "hamdel.interaction.events") if record["key"] == customer]

    event = json.loads(mine[0]["payload"])
    assert event["type"] == "interaction.purchase_recorded.v1"
    assert event["subject"] == customer
    assert event["data"]["total"] == {"amount": "77.00", "currency": "USD"}
    assert "ce_type" in mine[0]["headers"]


def kcat(broker: str, topic: str) -> list[dict[str, Any]]:
    """Every record of a topic. A missing kcat fails the test: `.ci/run` installs it (Debian package `kcat`)."""
    command = ["kcat", "-b", broker, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_second_start_of_the_one_shots_changes_no_secret(native: NativeDeployment) -> None:
    before = secret_files(native.home)

    native.hamdel("keys", "init", "--dir", str(native.home / "keys"))
    subprocess.run(["sh", native.translate("/deploy/secrets.sh")], env=native.environment("secrets"), check=True)
    subprocess.run(["sh", native.translate("/deploy/databases.sh")], env=native.environment("databases"), check=True)

    assert secret_files(native.home) == before


def secret_files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_a_missing_password_stops_the_databases_and_no_role_gets_an_empty_one(
    native: NativeDeployment, tmp_path: Path
) -> None:
    environment = native.environment("databases") | {"PASSWORDS_DIR": str(tmp_path)}

    done = subprocess.run(
        ["sh", native.translate("/deploy/databases.sh")], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.strip() == f"no password for profile in {tmp_path}"


def test_nobody_else_may_read_a_secret(native: NativeDeployment) -> None:
    private = [path for path in native.home.rglob("*") if path.is_file() and path.name != "jwks.json"]

    assert len(private) >= 14
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_a_role_cannot_open_the_database_of_another_service(native: NativeDeployment) -> None:
    environment = native.environment("survey-service") | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(native.postgres.port),
        "PGUSER": "survey",
    }
    reach = ["psql", "--no-psqlrc", "-At", "-c", "SELECT current_user", "-d"]

    own = subprocess.run([*reach, "survey"], env=environment, capture_output=True, text=True, check=False)
    other = subprocess.run([*reach, "profile"], env=environment, capture_output=True, text=True, check=False)

    assert own.stdout.strip() == "survey", own.stderr
    assert other.returncode != 0
    assert "permission denied for database" in other.stderr
