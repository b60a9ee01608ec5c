"""Starting, recognising and ending child processes. A process is its id *and* its start time: ids are reused."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from hamdel_cli.embedded.accounts import Account

__all__ = ["ProcessMark", "end_processes", "kill_processes", "mark_of", "running", "spawn"]

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process for good: `pid` and the moment it started (Unix seconds, as the kernel reports it)."""

    pid: int
    created: float


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a live process, or None."""
    try:
        return ProcessMark(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def running(mark: ProcessMark | None) -> bool:
    """Whether exactly this process is alive (a zombie is not)."""
    if mark is None:
        return False
    try:
        process = psutil.Process(mark.pid)
        same = bool(abs(process.create_time() - mark.created) < 0.02)
        return same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _die_with_parent(signum: int | None) -> Callable[[], None] | None:
    """A hook for the new child: the kernel sends it `signum` when its parent dies. Linux only."""
    if signum is None or not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signum)


def spawn(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    directory: Path | None = None,
    parent_death: int | None = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a child in its own session, so that a Ctrl-C of the terminal reaches only us; output is added to `log`.

    Call it from the main thread: Linux ties the parent-death signal to the thread that forked.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [os.fspath(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory or "/",
            start_new_session=True,
            preexec_fn=_die_with_parent(parent_death),
            **(account.popen() if account else {}),
        )


def _signal(mark: ProcessMark, signum: int) -> None:
    if running(mark):
        with suppress(ProcessLookupError):
            os.kill(mark.pid, signum)


def end_processes(marks: Iterable[ProcessMark], signum: int, timeout: float) -> list[ProcessMark]:
    """Sends `signum` and waits up to `timeout` seconds; returns those that are still alive."""
    alive = [mark for mark in marks if running(mark)]
    for mark in alive:
        _signal(mark, signum)
    deadline = time.monotonic() + timeout
    while alive and time.monotonic() < deadline:
        time.sleep(0.02)
        alive = [mark for mark in alive if running(mark)]
    return alive


def kill_processes(marks: Iterable[ProcessMark]) -> None:
    """SIGKILL, and waits until they are gone (2 seconds at most)."""
    end_processes(marks, signal.SIGKILL, 2.0)
