"""`make test-kafka`: find an Apache Kafka, run every test that needs a broker on it, end what was started.

`python -m tests.kafka [pytest arguments]`. Fails, and never skips, where no Apache Kafka can be had.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.kafka.distribution import KafkaUnavailableError
from tests.kafka.find import VARIABLE, running_kafka

ROOT: Final = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """The exit status of pytest; 2 with one line where there is no Kafka."""
    try:
        with running_kafka() as bootstrap:
            print(f"Apache Kafka at {bootstrap}", flush=True)
            return run_tests(bootstrap, arguments)
    except KafkaUnavailableError as error:
        print(f"make test-kafka needs Apache Kafka: {error}", file=sys.stderr)
        return 2


def run_tests(bootstrap: str, arguments: list[str]) -> int:
    """Pytest in a process of its own, so that every fixture reads the variable from the start."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.kafka.selection", *arguments]
    environment = {**os.environ, VARIABLE: bootstrap}
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
