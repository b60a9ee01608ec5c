"""Running a supervisor: in the foreground, or as the background process of `hamdel up --detach`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from hamdel_cli.embedded.ports import PortClaims
from hamdel_cli.embedded.postgres import PostgresFailedError
from hamdel_cli.embedded.stack import StackFailedError, Supervisor, end_leftovers
from hamdel_cli.embedded.state import Home, PortTakenError, Running, Settings

__all__ = ["main", "supervise"]


def supervise(
    home: Home,
    port: int | None,
    kafka: str | None,
    report: Callable[[str], None],
    on_ready: Callable[[Supervisor], None],
) -> None:
    """Starts the stack, calls `on_ready`, and keeps it up until SIGINT, SIGTERM or SIGHUP; leaves no process behind.

    `port` (of the gateway) and `kafka` (an address instead of the embedded broker) are as remembered where None.

    Raises HomeBusyError when a supervisor works there already, StackFailedError when the stack does not start.
    """
    with home.lock(), closing(PortClaims()) as claims:
        end_leftovers(home)
        home.prepare()
        supervisor = Supervisor(home, _settle(home, claims, port, kafka), report)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, supervisor.ask_to_stop)
        problem: str | None = "the supervisor broke; see logs/supervisor.log"
        try:
            supervisor.start()
            on_ready(supervisor)
            supervisor.watch()
            problem = None
        except (StackFailedError, PostgresFailedError, OSError, LookupError) as error:
            problem = str(error)
            raise StackFailedError(problem) from error
        finally:
            supervisor.stop()
            if problem:
                supervisor.fail(problem)


def _settle(home: Home, claims: PortClaims, port: int | None, kafka: str | None) -> Settings:
    try:
        return home.settle(claims, port, kafka)
    except PortTakenError as error:
        home.save_running(Running.by_this_process(str(error)))
        raise StackFailedError(str(error)) from error


def _log(line: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
    sys.stderr.flush()


def main() -> int:
    """The background process; its output goes to `logs/supervisor.log`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--kafka")
    arguments = parser.parse_args()
    try:
        supervise(Home(arguments.home), arguments.port, arguments.kafka, _log, lambda _: _log("ready"))
    except StackFailedError as error:
        _log(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
