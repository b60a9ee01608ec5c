"""Where `make test-kafka` looks for its broker, and how it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kafka import __main__ as command
from tests.kafka import container, distribution, find
from tests.kafka.distribution import KafkaUnavailableError

NOBODY = "127.0.0.1:9"


def test_the_address_in_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "answers", lambda bootstrap: True)
    monkeypatch.setattr(find, "daemon_answers", lambda: pytest.fail("looked for Docker"))

    with find.running_kafka({"HAMDEL_TEST_KAFKA": "kafka.example:9092"}) as bootstrap:
        assert bootstrap == "kafka.example:9092"


def test_a_named_broker_that_does_not_answer_is_a_failure_and_not_replaced() -> None:
    with (
        pytest.raises(KafkaUnavailableError, match="does not answer"),
        find.running_kafka({"HAMDEL_TEST_KAFKA": NOBODY}),
    ):
        pytest.fail("another broker was taken")


def test_without_any_kafka_the_command_fails_with_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAMDEL_TEST_KAFKA", NOBODY)

    status = command.main([])

    assert status == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == f"make test-kafka needs Apache Kafka: HAMDEL_TEST_KAFKA={NOBODY} does not answer"


def test_a_docker_client_that_hangs_counts_as_no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "docker"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert not container.daemon_answers(seconds=0.3)


def test_a_failing_maven_leaves_nothing_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, line in (("java", "exit 0"), ("mvn", 'echo "[ERROR] Could not resolve kafka"; exit 1')):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")

    with pytest.raises(KafkaUnavailableError, match="Maven failed: Could not resolve kafka"):
        distribution.libraries(tmp_path / "cache" / "kafka")

    assert list((tmp_path / "cache").iterdir()) == []


def test_jars_that_are_in_the_cache_need_no_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "run_maven", lambda output: pytest.fail("Maven was asked"))
    monkeypatch.setattr(distribution, "require", lambda program: None)

    assert distribution.libraries(tmp_path) == tmp_path


def test_the_cache_follows_the_users_cache_folder() -> None:
    folder = distribution.cache_folder({"XDG_CACHE_HOME": "/c"})

    assert folder == Path("/c/hamdel") / f"kafka-{distribution.kafka_version()}"


SELECTED = """
import pytest

@pytest.fixture
def broker():
    return "nothing"

@pytest.fixture
def through(broker):
    return broker

@pytest.mark.kafka
def test_marked(): ...

def test_uses_it(broker): ...

def test_uses_it_through_another(through): ...

def test_other(): ...
"""


def test_the_run_on_kafka_takes_marked_tests_and_every_user_of_the_broker(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SELECTED)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = kafka: on Kafka\n")
    command_line = [sys.executable, "-m", "pytest", "-p", "tests.kafka.selection", "-v", "--rootdir", str(tmp_path)]

    done = subprocess.run(
        [*command_line, "-c", str(tmp_path / "pytest.ini"), str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.count("PASSED") == 3, done.stdout + done.stderr
    assert "test_other" not in done.stdout
    assert "1 deselected" in done.stdout
