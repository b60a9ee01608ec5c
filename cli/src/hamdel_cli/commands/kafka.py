"""`hamdel tail` and `hamdel topics apply`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption

if TYPE_CHECKING:
    from hamdel.messaging import KafkaSettings, Record

__all__ = ["apply", "register", "tail"]

TopicOption = Annotated[list[str] | None, typer.Option("--topic", help="May be repeated; default: all events.")]
StartOption = Annotated[bool, typer.Option("--from-start", help="Also what happened before.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many records.")]
KafkaOption = Annotated[
    str | None, typer.Option("--kafka", envvar="HAMDEL_KAFKA_BOOTSTRAP", help="host:port of another Kafka.")
]
ReplicationOption = Annotated[
    int, typer.Option("--replication", envvar="HAMDEL_KAFKA_REPLICATION", min=1, help="Copies of new topics.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(tail)
    topics = typer.Typer(help="The Kafka topics.", no_args_is_help=True)
    topics.callback()(lambda: None)
    topics.command()(apply)
    app.add_typer(topics, name="topics")


def tail(
    topic: TopicOption = None,
    home: HomeOption = Path(".hamdel"),
    from_start: StartOption = False,
    limit: LimitOption = None,
    kafka: KafkaOption = None,
) -> None:
    """Print events as they come, one JSON document per line."""
    from hamdel.messaging.topics import TopicsFailedError

    with suppress(KeyboardInterrupt):
        try:
            asyncio.run(_tail(_settings(home, kafka), topic, from_start, limit))
        except TopicsFailedError as error:
            raise CommandFailedError(str(error)) from error


async def _tail(kafka: KafkaSettings, topics: list[str] | None, from_start: bool, limit: int | None) -> None:
    from hamdel.messaging.reader import read_records
    from hamdel_cli.kafka import events_topics

    shown = 0
    records: AsyncIterator[Record] = read_records(kafka, topics or events_topics(), from_start=from_start)
    async for record in records:
        value = record.value.decode("utf-8", "replace") if record.value is not None else "null"
        typer.echo(f"{record.topic}/{record.partition}@{record.offset} {value}")
        shown += 1
        if shown == limit:
            return
    if shown == 0:
        raise CommandFailedError("no such topic")


def apply(home: HomeOption = Path(".hamdel"), kafka: KafkaOption = None, replication: ReplicationOption = 1) -> None:
    """Create the missing topics with 12 partitions each; safe to repeat."""
    from hamdel.messaging.topics import TopicsFailedError
    from hamdel_cli.kafka import all_topics, apply_all_topics

    settings = _settings(home, kafka).model_copy(update={"replication": replication})
    try:
        created = asyncio.run(apply_all_topics(settings))
    except TopicsFailedError as error:
        raise CommandFailedError(str(error)) from error
    for name in created:
        typer.echo(f"created {name}")
    typer.echo(f"{len(all_topics())} topics, {len(created)} created")


def _settings(home: Path, bootstrap: str | None) -> KafkaSettings:
    from hamdel_cli.kafka import tool_kafka
    from hamdel_cli.lifecycle import status

    return tool_kafka(bootstrap or status(home)["kafka"])
