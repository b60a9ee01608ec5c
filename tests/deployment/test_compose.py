"""docker-compose.yml and the Dockerfile fit the code; each check is seen failing on a changed copy."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import typer.main

from hamdel_cli.main import app
from tests.deployment.checks import CHECKS
from tests.deployment.compose import Deployment

Change = Callable[[dict[str, Any]], object]

VIOLATIONS: list[tuple[str, Change, str]] = [
    ("wired", lambda s: s.pop("survey-service"), "survey-service is missing"),
    ("wired", lambda s: s.pop("gateway-migrations"), "gateway-migrations is missing"),
    (
        "wired",
        lambda s: s["loyalty-service"]["build"]["args"].update(SERVICE="survey-service"),
        "loyalty-service is not built from loyalty-service",
    ),
    (
        "environment",
        lambda s: s["gateway"]["environment"].update(HAMDEL_KAFKA_BOOTSRAP="kafka:9092"),
        "gateway: unknown HAMDEL_KAFKA_BOOTSRAP",
    ),
    (
        "environment",
        lambda s: s["profile-service"]["environment"].pop("HAMDEL_DATABASE_URL"),
        "profile-service: missing HAMDEL_DATABASE_URL",
    ),
    (
        "environment",
        lambda s: s["survey-service"]["environment"].pop("HAMDEL_JWKS_FILE"),
        "survey-service: missing HAMDEL_JWKS_FILE",
    ),
    (
        "environment",
        lambda s: s["loyalty-service"]["environment"].update(HAMDEL_PORT="eighty"),
        "loyalty-service: port: int_parsing",
    ),
    (
        "addresses",
        lambda s: s["loyalty-service"]["environment"].update(HAMDEL_PORT="9000"),
        "gateway: HAMDEL_LOYALTY_URL does not reach loyalty-service",
    ),
    (
        "addresses",
        lambda s: s["gateway"]["environment"].update(HAMDEL_PROFILE_URL="http://profile:8000"),
        "gateway: HAMDEL_PROFILE_URL does not reach profile-service",
    ),
    (
        "addresses",
        lambda s: s["topics"]["environment"].update(HAMDEL_KAFKA_BOOTSTRAP="kafka:9093"),
        "topics: HAMDEL_KAFKA_BOOTSTRAP is not what Kafka advertises",
    ),
    (
        "databases",
        lambda s: s["survey-service"]["environment"].update(
            HAMDEL_DATABASE_URL="postgresql://survey@postgres:5432/profile"
        ),
        "survey-service: HAMDEL_DATABASE_URL",
    ),
    (
        "databases",
        lambda s: s["gateway"]["environment"].update(PGPASSFILE="/hamdel/passwords/postgres.pgpass"),
        "gateway: PGPASSFILE",
    ),
    ("order", lambda s: s["gateway"]["depends_on"].pop("topics"), "gateway: depends_on"),
    (
        "order",
        lambda s: s["databases"]["depends_on"]["postgres"].update(condition="service_started"),
        "databases: depends_on",
    ),
    ("order", lambda s: s["kafka"].pop("healthcheck"), "kafka has no health check"),
    (
        "order",
        lambda s: s["survey-service"].update(healthcheck={"disable": True}),
        "survey-service has no health check",
    ),
    ("order", lambda s: s["topics"].update(restart="always"), "topics is started again when it is done"),
    ("published", lambda s: s["postgres"].update(ports=["5432:5432"]), "postgres publishes ['5432']"),
    ("published", lambda s: s["gateway"].pop("ports"), "gateway publishes []"),
    (
        "commands",
        lambda s: s["gateway"].update(command=["python", "-m", "gatewy"]),
        "gateway is not started with python -m gateway",
    ),
    ("commands", lambda s: s["topics"].update(command=["true"]), "topics are not applied"),
    ("restarts", lambda s: s["interaction-service"].update(restart="no"), "interaction-service: restart"),
    ("versions", lambda s: s["kafka"].update(image="apache/kafka:latest"), "Kafka is not"),
    ("versions", lambda s: s["postgres"].update(image="postgres:17"), "postgres: not the PostgreSQL of the tests"),
    (
        "closed",
        lambda s: s["gateway"]["environment"].update(HAMDEL_DATABASE_URL="postgresql://g:word@postgres/g"),
        "gateway: HAMDEL_DATABASE_URL holds a secret",
    ),
    (
        "closed",
        lambda s: s["postgres"]["environment"].update(POSTGRES_PASSWORD="postgres"),
        "postgres: POSTGRES_PASSWORD holds a secret",
    ),
    ("closed", lambda s: s["gateway"]["volumes"].append("keys:/keys:ro"), "gateway mounts the signing key"),
    (
        "closed",
        lambda s: s["gateway"].update(volumes=["passwords:/hamdel/passwords"]),
        "gateway may write to passwords",
    ),
    ("volumes", lambda s: s["kafka"]["volumes"].append("other:/other"), "volumes: ['other']"),
    (
        "no_edit",
        lambda s: s["gateway"]["environment"].update(HAMDEL_JWT_ISSUER="${ISSUER:?}"),
        "ISSUER has no default",
    ),
    (
        "no_edit",
        lambda s: s["gateway"]["environment"].update(HAMDEL_JWT_ISSUER="${HAMDEL_NEW:-x}"),
        ".env.example: HAMDEL_NEW",
    ),
]

FILE_VIOLATIONS: list[tuple[str, str, str, str, str]] = [
    ("databases", "databases", " loyalty ", " ", "databases.sh does not make exactly"),
    ("databases", "secrets", "in postgres ", "in ", "secrets.sh does not make exactly"),
    ("no_edit", "example", "HAMDEL_LOG_LEVEL", "HAMDEL_LOGLEVEL", ".env.example: HAMDEL_LOGLEVEL"),
    ("order", "dockerfile", "HEALTHCHECK", "#", "profile-service has no health check"),
    ("image", "dockerfile", "USER 10001:10001\n", "", "the image runs as root"),
    ("image", "dockerfile", "USER 10001:10001", "USER 0:0", "the image runs as root"),
    ("image", "dockerfile", 'CMD ["hamdel-start"]', "CMD hamdel-start", "CMD is not in exec form"),
    ("image", "dockerfile", "-r runtime.lock", "-r requirements.lock", "development tools or sources are in the image"),
    ("image", "dockerfile", "--from=build /opt/venv", "services", "development tools or sources are in the image"),
    ("image", "dockerfile", "ARG SERVICE", "ARG PART", "the Dockerfile lacks ARG SERVICE"),
]


@pytest.fixture(scope="module")
def committed() -> Deployment:
    return Deployment.committed()


@pytest.mark.parametrize("name", CHECKS)
def test_the_deployment_fits_the_code(name: str, committed: Deployment) -> None:
    assert list(CHECKS[name](committed)) == []


@pytest.mark.parametrize(("check", "change", "finding"), VIOLATIONS, ids=[each[2] for each in VIOLATIONS])
def test_a_changed_compose_file_is_caught(check: str, change: Change, finding: str, committed: Deployment) -> None:
    compose = copy.deepcopy(committed.compose)
    for service in compose["services"].values():
        # One anchor is one object: apart, so that the change is made in one place only.
        for field in ("environment", "volumes", "build", "depends_on"):
            if field in service:
                service[field] = copy.deepcopy(service[field])
    change(compose["services"])

    found = list(CHECKS[check](dataclasses.replace(committed, compose=compose)))

    assert any(each.startswith(finding) for each in found), found


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "finding"),
    FILE_VIOLATIONS,
    ids=[f"{each[1]} {each[4]}" for each in FILE_VIOLATIONS],
)
def test_a_changed_file_beside_it_is_caught(
    check: str, file: str, old: str, new: str, finding: str, committed: Deployment
) -> None:
    text = getattr(committed, file).replace(old, new)

    found = list(CHECKS[check](dataclasses.replace(committed, **{file: text})))

    assert any(each.startswith(finding) for each in found), found


def test_every_check_has_a_violation_here() -> None:
    assert {each[0] for each in VIOLATIONS} | {each[0] for each in FILE_VIOLATIONS} == set(CHECKS)


@pytest.mark.parametrize("words", [["topics", "apply"], ["keys", "init"], ["token"]])
def test_the_commands_that_the_deployment_uses_exist(words: list[str]) -> None:
    command: Any = typer.main.get_command(app)

    for word in words:
        command = command.commands[word]

    assert callable(command)
