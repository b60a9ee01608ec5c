"""The sample service as a real uvicorn process: outages of the database, chunked bodies, start and stop."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from hamdel.http import issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.postgres import EmbeddedPostgres
from tests.shared.http.conftest import Token

pytestmark = pytest.mark.slow


class Live:
    """A running process and its client."""

    def __init__(self, environment: dict[str, str], port: int, token: Token) -> None:
        self.port, self.headers = port, token("agent")
        command = [sys.executable, "-m", "tests.shared.http.sample"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any], float]:
        return self.request("GET", path, None, headers)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, chunked: bool = False
    ) -> tuple[int, dict[str, Any], float]:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})}, encode_chunked=chunked)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        document = json.loads(raw) if raw[:1] in (b"{", b"[") else {}
        return answer.status, document, time.perf_counter() - started

    def until(self, path: str, status: int, seconds: float = 10.0) -> float:
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            try:
                if self.get(path)[0] == status:
                    return time.perf_counter() - started
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path} did not become {status} within {seconds} s")

    def stop(self) -> tuple[int, float]:
        started = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        return code, time.perf_counter() - started


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def launch(keys: tuple[Path, Path], token: Token) -> Iterator[Callable[[str], Live]]:
    started: list[Live] = []

    def start(url: str) -> Live:
        port = free_port()
        settings = {
            "HAMDEL_DATABASE_URL": url,
            "HAMDEL_PORT": str(port),
            "HAMDEL_JWKS_FILE": str(keys[1]),
            "HAMDEL_KAFKA_BOOTSTRAP": "127.0.0.1:9",
            "HAMDEL_MAX_BODY_BYTES": "100000",
        }
        live = Live({**os.environ, **settings}, port, token)
        started.append(live)
        live.until("/health/live", 200, 30)
        return live

    yield start
    for live in started:
        if live.process.poll() is None:
            live.process.kill()
            live.process.wait()
        if live.process.stdout:
            live.process.stdout.close()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "own", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live(launch: Callable[[str], Live], eventing_database: str) -> Live:
    return launch(eventing_database)


def test_a_chunked_body_over_the_limit_is_too_large(live: Live) -> None:
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    pieces = (b" " * 10_000 for _ in range(15))
    status, body, _ = live.request("POST", "/v1/notes", pieces, headers, chunked=True)
    assert (status, body["type"]) == (413, "urn:hamdel:problem:too-large")


def test_an_announced_body_over_the_limit_is_refused_at_once(live: Live) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "2000000"}
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)
    connection.putrequest("POST", "/v1/notes")
    for name, value in {**live.headers, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_strange_request_line_is_no_server_error(live: Live) -> None:
    for path in ("/v1/search/%FF%FE", "/v1/search/%ED%A0%80", "/v1/search/a?q=%ff", "/v1/search/%2e%2e%2f", "/%00"):
        assert live.get(path)[0] < 500, path


def test_the_access_log_names_the_operation_and_no_path(live: Live) -> None:
    live.get("/v1/search/+989121234567?q=0012345678")
    live.stop()
    assert live.process.stdout is not None
    output = live.process.stdout.read().decode()
    entry = next(json.loads(line) for line in output.splitlines() if '"operation":"search"' in line)
    assert (entry["status"], entry["method"], entry["event"]) == (200, "GET", "request")
    assert "98912" not in output
    assert "0012345678" not in output


def test_metrics_count_by_operation(live: Live) -> None:
    live.get("/v1/search/a")
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    labels = 'operation="search",service="sample-service",status="2xx"'
    assert f"hamdel_http_requests_total{{{labels}}} 1.0" in text


def test_it_stops_within_eight_seconds_while_a_request_runs(live: Live) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=15)
    connection.request("GET", "/v1/sleep?seconds=20&database=false", headers=live.headers)
    time.sleep(0.3)
    _, seconds = live.stop()
    connection.close()
    assert seconds < 8


def test_a_running_request_is_answered_before_the_stop(live: Live) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=15)
    connection.request("GET", "/v1/sleep?seconds=1", headers=live.headers)
    time.sleep(0.3)
    live.process.send_signal(signal.SIGTERM)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.slow
def test_it_lives_through_a_restart_of_the_database(
    launch: Callable[[str], Live], own_postgres: EmbeddedPostgres
) -> None:
    live = launch(own_postgres.url())
    assert live.get("/v1/ping")[0] == 200
    own_postgres.stop()
    status, _, seconds = live.get("/v1/ping")
    assert (status, seconds < 2) == (503, True), seconds
    assert live.until("/health/ready", 503) < 2
    assert live.get("/health/live")[0] == 200
    own_postgres.start()
    assert live.until("/health/ready", 200) < 10
    assert live.until("/v1/ping", 200) < 1


@pytest.mark.slow
def test_a_hung_database_gives_503_within_two_seconds(
    launch: Callable[[str], Live], own_postgres: EmbeddedPostgres, keys: tuple[Path, Path]
) -> None:
    live = launch(own_postgres.url())
    assert live.get("/v1/ping")[0] == 200
    frozen = _processes(own_postgres)
    for process in frozen:
        process.suspend()
    try:
        body = json.dumps({"customer_id": str(new_id()), "text": "a"})
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {issue_token(keys[0], 'agent')}"}
        status, _, seconds = live.request("POST", "/v1/notes", body, headers)
        assert (status, seconds < 2) == (503, True), seconds
        for _ in range(3):
            status, _, seconds = live.get("/v1/ping")
            assert (status, seconds < 2) == (503, True), seconds
        assert live.get("/health/ready")[0] == 503
    finally:
        for process in frozen:
            process.resume()
    assert live.until("/health/ready", 200) < 10
    assert live.until("/v1/ping", 200) < 1


@pytest.mark.slow
def test_a_slow_statement_is_not_mistaken_for_a_hung_database(live: Live) -> None:
    status, body, seconds = live.get("/v1/sleep?seconds=3")
    assert (status, body) == (200, {"slept": 3.0})
    assert seconds > 3


@pytest.mark.slow
def test_it_starts_without_a_database_and_becomes_ready(
    launch: Callable[[str], Live], own_postgres: EmbeddedPostgres
) -> None:
    url = own_postgres.url()
    own_postgres.stop()
    live = launch(url)
    assert live.get("/health/ready")[0] == 503
    own_postgres.start()
    assert live.until("/v1/ping", 200) < 10


def _processes(server: EmbeddedPostgres) -> list[psutil.Process]:
    port = server.url().rpartition(":")[2].partition("/")[0]
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres" and any(
            item.laddr.port == int(port) for item in process.net_connections() if item.status == "LISTEN"
        ):
            return [process, *process.children(recursive=True)]
    raise AssertionError("no postgres on that port")
