"""Apache Kafka's own image through testcontainers, where a Docker daemon answers."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

from testcontainers.core.container import DockerContainer

from tests.kafka.distribution import KafkaUnavailableError, kafka_version
from tests.kafka.server import free_ports, wait_until_answers

__all__ = ["daemon_answers", "kafka_container"]

DAEMON_SECONDS: Final = 3.0
START_SECONDS: Final = 120.0
ENVIRONMENT: Final = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_HEAP_OPTS": "-Xmx512m",
}


def daemon_answers(seconds: float = DAEMON_SECONDS) -> bool:
    """Whether a Docker daemon can be had; never longer than `seconds`, because a dead socket may hang."""
    if shutil.which("docker") is None:
        return False
    command = ["docker", "info", "--format", "{{.ServerVersion}}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


@contextlib.contextmanager
def kafka_container() -> Iterator[str]:
    """Runs the image and gives its `host:port`. The port is fixed before the start: a broker advertises itself."""
    (port,) = free_ports(1)
    container = DockerContainer(f"apache/kafka:{kafka_version()}").with_bind_ports(9092, port)
    for name, value in {**ENVIRONMENT, "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}"}.items():
        container.with_env(name, value)
    with container:
        bootstrap = f"127.0.0.1:{port}"
        if not wait_until_answers(bootstrap, START_SECONDS):
            raise KafkaUnavailableError("the Kafka container did not become ready")
        yield bootstrap
