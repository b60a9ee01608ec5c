"""The real stack: up, down, and what happens when parts of it are killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.support.live import LiveStack

PROCESSES = {
    "postgres",
    "broker",
    "profile-service",
    "interaction-service",
    "survey-service",
    "loyalty-service",
    "gateway",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """One stack for the tests of this module that leave it standing."""
    live = LiveStack(tmp_path_factory.mktemp("cli-stack"))
    live.up()
    yield live
    live.down()


def all_pids(stack: LiveStack) -> list[int]:
    """The supervisor and everything below it."""
    record = json.loads((stack.home / "state" / "running.json").read_text())
    supervisor = psutil.Process(int(record["supervisor"]["pid"]))
    return [supervisor.pid, *(child.pid for child in supervisor.children(recursive=True))]


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def is_ready(stack: LiveStack) -> bool:
    """Whether the five processes answer."""
    urls = [each["url"] for each in stack.status["processes"].values() if each["url"].startswith("http")]
    try:
        return all(httpx.get(f"{url}/health/ready", timeout=2).status_code == 200 for url in urls)
    except httpx.TransportError:
        return False


def wait_for(stack: LiveStack, name: str, old: dict[str, Any]) -> dict[str, Any]:
    """The new process of this name, once everything is ready again."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        stack.refresh()
        if stack.status["processes"][name]["pid"] != old["pid"] and is_ready(stack):
            return dict(stack.status["processes"][name])
        time.sleep(0.1)
    raise AssertionError(f"{name} did not come back")


def test_status_has_the_documented_shape(running: LiveStack) -> None:
    status = running.status
    assert set(status) == {"gateway", "kafka", "databases", "processes"}
    assert set(status["processes"]) == PROCESSES
    assert all(set(each) == {"pid", "url"} for each in status["processes"].values())
    processes = PROCESSES - {"postgres", "broker"}
    assert set(status["databases"]) == processes | {name.removesuffix("-service") for name in processes}
    assert status["databases"]["loyalty"] == status["databases"]["loyalty-service"]
    assert status["gateway"] == status["processes"]["gateway"]["url"]


def test_every_process_of_the_status_is_alive(running: LiveStack) -> None:
    pids = [each["pid"] for each in running.status["processes"].values()]
    assert alive(pids) == pids


def test_secrets_of_the_home_are_closed_to_others(running: LiveStack) -> None:
    files = [running.home / "state" / "settings.json", running.home / "keys" / "signing-key.pem"]
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]


def test_token_prints_a_jwt_and_nothing_else(running: LiveStack) -> None:
    output = running.hamdel("token", "--role", "agent").stdout
    assert output.count(".") == 2
    assert output == output.strip() + "\n"


def test_detached_up_on_a_running_stack_changes_nothing(running: LiveStack) -> None:
    before = dict(running.status)
    running.up()
    assert running.status == before


def test_foreground_up_on_a_running_stack_is_refused(running: LiveStack) -> None:
    result = running.hamdel("up", check=False)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "already running" in result.stderr


def test_doctor_finds_nothing_wrong(running: LiveStack) -> None:
    output = running.hamdel("doctor", "--views").stdout
    assert "BAD" not in output
    assert "topics: 14 of 14 with 12 partitions" in output
    assert output.endswith("differences: 0\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["profile-service", "gateway", "postgres"])
def test_a_killed_process_comes_back_where_it_was(running: LiveStack, name: str) -> None:
    old = running.status["processes"][name]
    running.kill(name)
    assert wait_for(running, name, old)["url"] == old["url"]


@pytest.mark.slow
def test_a_killed_broker_comes_back_on_its_other_port(running: LiveStack) -> None:
    old = running.status["processes"]["broker"]
    running.kill("broker")
    assert wait_for(running, "broker", old)["url"] != old["url"]


@pytest.mark.slow
def test_a_broker_that_came_back_has_all_topics_again(running: LiveStack) -> None:
    old = running.status["processes"]["broker"]
    running.kill("broker")
    wait_for(running, "broker", old)
    deadline = time.monotonic() + 20
    while "topics: 14 of 14" not in (output := running.hamdel("doctor", check=False).stdout):
        assert time.monotonic() < deadline, output


@pytest.mark.slow
def test_down_leaves_no_process(tmp_path: Path) -> None:
    stack = LiveStack(tmp_path / "home")
    stack.up()
    pids = all_pids(stack)
    stack.down()
    assert len(pids) > len(PROCESSES)
    assert alive(pids) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_foreground_stops_everything_within_ten_seconds(tmp_path: Path, number: signal.Signals) -> None:
    stack = LiveStack(tmp_path / "home")
    command = [sys.executable, "-m", "hamdel_cli", "up", "--home", str(stack.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as foreground:
        assert foreground.stdout is not None
        assert foreground.stdout.readline() == "ready\n"
        pids = all_pids(stack)
        foreground.send_signal(number)
        began = time.monotonic()
        assert foreground.wait(timeout=20) == 0
        assert time.monotonic() - began < 10
    assert alive(pids) == []


@pytest.mark.slow
def test_two_stacks_run_side_by_side(running: LiveStack, tmp_path: Path) -> None:
    other = LiveStack(tmp_path / "other")
    other.up()
    try:
        both = [each["url"] for stack in (running, other) for each in stack.status["processes"].values()]
        assert len(set(both)) == 2 * len(PROCESSES)
        assert is_ready(other)
    finally:
        other.down()
    assert is_ready(running)


@pytest.mark.slow
def test_two_stacks_that_start_in_one_moment_get_a_gateway_each(tmp_path: Path) -> None:
    stacks = [LiveStack(tmp_path / name) for name in ("first", "second")]
    starting = [stack.spawn("up", "--detach") for stack in stacks]
    try:
        assert [process.wait(timeout=120) for process in starting] == [0, 0]
        for stack in stacks:
            stack.refresh()
            with stack.client("agent") as client:
                assert client.get(f"/v1/customers/{uuid4()}").status_code == 404
        assert stacks[0].gateway != stacks[1].gateway
    finally:
        for stack in stacks:
            stack.down()


@pytest.mark.slow
def test_up_after_kill_9_of_everything_starts_again(tmp_path: Path) -> None:
    stack = LiveStack(tmp_path / "home")
    stack.up()
    before = all_pids(stack)
    stack.kill_supervisor()
    for name in PROCESSES:
        stack.kill(name, missing_ok=True)
    stack.up()
    try:
        assert is_ready(stack)
        assert alive(before) == []
    finally:
        stack.down()
