"""Where the Apache Kafka of a test run comes from, in the order in which it is looked for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

from tests.kafka.container import daemon_answers, kafka_container
from tests.kafka.distribution import KafkaUnavailableError
from tests.kafka.server import VARIABLE, KafkaServer, answers

__all__ = ["VARIABLE", "running_kafka"]


@contextlib.contextmanager
def running_kafka(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """`host:port` of an Apache Kafka: the one that HAMDEL_TEST_KAFKA names, a container, or one of our own.

    Raises KafkaUnavailableError, never gives another broker: a run that says "Kafka" has to be on Kafka.
    """
    if named := environment.get(VARIABLE):
        if not answers(named):
            raise KafkaUnavailableError(f"{VARIABLE}={named} does not answer")
        yield named
    elif daemon_answers():
        with kafka_container() as bootstrap:
            yield bootstrap
    else:
        with KafkaServer() as server:
            yield server.bootstrap
