"""Other systems read and write the bus with librdkafka; kcat is that library on the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka.partitioner import DefaultPartitioner

from hamdel.ids import new_id
from tests.contracts.samples import golden_event
from tests.kafka.records import create_topic, produce

pytestmark = pytest.mark.kafka

KEYS = 300


def kcat(*arguments: str) -> str:
    """kcat's standard output. A missing kcat fails the test: `.ci/run` installs it (Debian package `kcat`)."""
    done = subprocess.run(["kcat", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_kcat_reads_a_fact_with_its_key_and_its_bytes(broker: str) -> None:
    topic = f"kcat-reads-{new_id()}"
    value = golden_event("interaction.purchase_recorded.v1")
    key = json.loads(value)["subject"].encode()
    await create_topic(broker, topic)
    await produce(broker, topic, [(key, value)])

    read = json.loads(kcat("-b", broker, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"))

    assert read["key"].encode() == key
    assert json.loads(read["payload"]) == json.loads(value)


async def test_keys_land_on_the_same_partition_with_the_partitioner_that_the_documentation_names(
    broker: str, tmp_path: Path
) -> None:
    topic = f"kcat-writes-{new_id()}"
    keys = [str(UUID(int=number)) for number in range(1, KEYS + 1)]
    lines = tmp_path / "records"
    lines.write_text("".join(f"{key}:v\n" for key in keys))
    await create_topic(broker, topic)

    kcat("-b", broker, "-P", "-t", topic, "-K:", "-X", "partitioner=murmur2_random", "-l", str(lines))

    printed = kcat("-b", broker, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k %p\n")
    theirs = {key: int(partition) for key, partition in (line.split() for line in printed.splitlines())}
    ours = {key: DefaultPartitioner()(key.encode(), list(range(12)), list(range(12))) for key in keys}
    assert theirs == ours
