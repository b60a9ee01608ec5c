"""Starting, stopping and describing the stack of a home, from the outside."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hamdel_cli.embedded.environment import database_url, process_url
from hamdel_cli.embedded.health import is_ready
from hamdel_cli.embedded.ports import LOOPBACK, is_free
from hamdel_cli.embedded.processes import ProcessMark, end_processes, kill_processes, mark_of, running, spawn
from hamdel_cli.embedded.stack import StackFailedError, Supervisor, end_leftovers
from hamdel_cli.embedded.state import Home, HomeBusyError, Running, Settings
from hamdel_cli.embedded.supervisor import supervise
from hamdel_cli.errors import CommandFailedError
from hamdel_cli.topology import GATEWAY, PROCESSES

__all__ = ["readable", "run_in_foreground", "running_stack", "start_detached", "status", "stop", "summary"]

START_TIMEOUT = 150.0
STOP_TIMEOUT = 12.0
ADDRESSES = re.compile(r"[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*")


def run_in_foreground(
    folder: Path, port: int | None, say: Callable[[str], None], *, kafka: str | None = None, verbose: bool = False
) -> None:
    """Runs the stack until SIGINT or SIGTERM; `kafka` is used in place of the embedded broker.

    Raises CommandFailedError.
    """
    home = Home(folder)
    _refuse_other_kafka(home, kafka)

    def on_ready(supervisor: Supervisor) -> None:
        say(summary(folder))
        say("Ctrl-C stops everything.")

    if not home.locked():
        _refuse_taken(port)
    try:
        supervise(home, port, kafka, say if verbose else lambda _: None, on_ready)
    except HomeBusyError as error:
        raise CommandFailedError(f"{error}: use `hamdel status` or `hamdel down`") from error
    except StackFailedError as error:
        raise CommandFailedError(str(error)) from error


def start_detached(folder: Path, port: int | None, *, kafka: str | None = None, verbose: bool = False) -> None:
    """Starts a supervisor in the background, unless one runs, and waits until all is ready.

    `kafka` is used in place of the embedded broker.

    Raises CommandFailedError.
    """
    home = Home(folder)
    _refuse_other_kafka(home, kafka)
    began = time.monotonic()
    mark: ProcessMark | None = None
    if not home.locked():
        _refuse_taken(port)
        home.forget_failure()
        arguments = [sys.executable, "-m", "hamdel_cli.embedded.supervisor", "--home", str(home.folder)]
        arguments += [*(["--port", str(port)] if port else []), *(["--kafka", kafka] if kafka else [])]
        child = spawn(arguments, log=home.folder / "logs" / "supervisor.log", parent_death=None)
        mark = mark_of(child.pid)
    _wait_until_ready(home, mark)
    if verbose:
        sys.stderr.write(f"ready after {time.monotonic() - began:.2f} s; phases in logs/supervisor.log\n")


def _refuse_taken(port: int | None) -> None:
    if port is not None and not is_free(port):
        raise CommandFailedError(f"port {port} is taken")


def _refuse_other_kafka(home: Home, kafka: str | None) -> None:
    """A home keeps its kind of broker: what was published to the embedded one would be missing on another."""
    if kafka is None:
        return
    if not ADDRESSES.fullmatch(kafka):
        raise CommandFailedError(f"--kafka takes HOST:PORT, or several separated by commas, not {kafka}")
    remembered = home.settings().kafka
    if home.exists and remembered is None:
        raise CommandFailedError(f"{home.folder} has the embedded broker; use another --home for Kafka at {kafka}")
    if home.locked() and remembered != kafka:
        raise CommandFailedError(f"the stack in {home.folder} runs with Kafka at {remembered}")


def _wait_until_ready(home: Home, started: ProcessMark | None) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        record = home.running()
        if record and record.phase == "failed":
            raise CommandFailedError(record.problem or "the stack did not start")
        if record and record.phase == "ready" and _all_ready(home.settings()):
            return
        if started and not running(started):
            raise CommandFailedError(f"the supervisor ended; see {home.logs / 'supervisor.log'}")
        if time.monotonic() > deadline:
            raise CommandFailedError(f"not ready within {START_TIMEOUT:.0f} s; see {home.logs}")
        time.sleep(0.03)


def _all_ready(settings: Settings) -> bool:
    return all(is_ready(settings.ports[short]) for short in PROCESSES)


def stop(folder: Path) -> bool:
    """Stops the supervisor and everything of this home; returns whether anything was running."""
    home = Home(folder)
    if not home.exists:
        return False
    record = home.running()
    was_running = record is not None and (
        running(record.supervisor_mark) or any(running(mark) for mark in record.process_marks().values())
    )
    if record:
        kill_processes(end_processes([record.supervisor_mark], signal.SIGTERM, STOP_TIMEOUT))
    end_leftovers(home)
    return was_running


def running_stack(folder: Path) -> tuple[Home, Settings, Running]:
    """The home, its settings and its processes. Raises CommandFailedError when nothing is running."""
    home = Home(folder)
    record = home.running() if home.exists else None
    if record is None or not running(record.supervisor_mark):
        raise CommandFailedError(f"nothing is running in {home.folder}; start it with `hamdel up`")
    return home, home.settings(), record


def status(folder: Path) -> dict[str, Any]:
    """`{"gateway": url, "kafka": "host:port", "databases": {service: url}, "processes": {name: {pid, url}}}`.

    A database is listed under both names of its service: the one in topics (`loyalty`) and the process's
    (`loyalty-service`).

    Raises CommandFailedError when nothing is running.
    """
    home, settings, record = running_stack(folder)
    urls = {name: process_url(settings, short) for short, name in PROCESSES.items()}
    urls |= {"postgres": f"postgresql://{LOOPBACK}:{settings.ports['postgres']}", "broker": f"tcp://{record.kafka}"}
    return {
        "gateway": home.gateway_url(settings),
        "kafka": record.kafka,
        "databases": {key: database_url(settings, short) for short, name in PROCESSES.items() for key in (short, name)},
        "processes": {name: {"pid": mark.pid, "url": urls[name]} for name, mark in record.process_marks().items()},
    }


def readable(report: dict[str, Any]) -> str:
    """The status for people; passwords stay out."""
    lines = [f"gateway  {report['gateway']}", f"kafka    {report['kafka']}", ""]
    lines += [f"{name:<20} pid {each['pid']:<8} {each['url']}" for name, each in report["processes"].items()]
    return "\n".join(lines)


def summary(folder: Path) -> str:
    """What `hamdel up` prints when all is ready."""
    report = status(folder)
    gateway = report["processes"][GATEWAY]["url"]
    hints = f"API description: {gateway}/docs\nA token: hamdel token --role agent --home {folder}"
    return f"ready\n{readable(report)}\n\n{hints}"
