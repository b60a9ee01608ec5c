"""Apache Kafka's jars from Maven, kept in the user's cache: some forty seconds once, nothing afterwards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["KafkaUnavailableError", "cache_folder", "kafka_version", "libraries"]

POM: Final = Path(__file__).with_name("pom.xml")
ASSEMBLY_SECONDS: Final = 600.0


class KafkaUnavailableError(RuntimeError):
    """No Apache Kafka can be had here; the message is the one line that says why."""


def kafka_version(pom: Path = POM) -> str:
    """The release that the pom pins, such as `4.3.1`."""
    found = re.search(r"<kafka\.version>([^<]+)</kafka\.version>", pom.read_text(encoding="utf-8"))
    if found is None:
        raise KafkaUnavailableError(f"{pom.name} names no kafka.version")
    return found[1]


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the jars of this release are kept: below XDG_CACHE_HOME, else `~/.cache`."""
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hamdel" / f"kafka-{kafka_version()}"


def libraries(folder: Path | None = None) -> Path:
    """The folder of jars, assembled by Maven when it is not in the cache yet.

    The folder appears by a rename, so a copy that was interrupted is never mistaken for a whole one.
    Raises KafkaUnavailableError without java or mvn, or when Maven fails.
    """
    target = folder or cache_folder()
    require("java")
    if target.is_dir():
        return target
    require("mvn")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=target.parent) as scratch:
        assembled = Path(scratch) / "libs"
        run_maven(assembled)
        publish(assembled, target)
    return target


def require(program: str) -> None:
    """Raises KafkaUnavailableError where the program is not on the PATH."""
    if shutil.which(program) is None:
        raise KafkaUnavailableError(f"{program} is not installed")


def run_maven(output: Path) -> None:
    """Copies the jars of the pom into `output`, from a private copy so that no `target/` appears in the tree."""
    private = output.parent / "pom.xml"
    shutil.copyfile(POM, private)
    command = ["mvn", "-q", "-B", "-f", str(private), "dependency:copy-dependencies", f"-DoutputDirectory={output}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASSEMBLY_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise KafkaUnavailableError(f"Maven took longer than {ASSEMBLY_SECONDS:.0f} s") from None
    if done.returncode != 0 or not list(output.glob("kafka_2.13-*.jar")):
        raise KafkaUnavailableError(f"Maven failed: {first_error(done.stdout + done.stderr)}")


def first_error(output: str) -> str:
    """The first line of Maven's output that names an error, without colours and in one line."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    errors = [line.removeprefix("[ERROR]").strip() for line in plain.splitlines() if line.startswith("[ERROR]")]
    return next((line[:300] for line in errors if line), "no message")


def publish(assembled: Path, target: Path) -> None:
    """Moves the whole folder into place; another run that was faster has the same content, so its copy stays."""
    try:
        assembled.rename(target)
    except OSError:
        if not target.is_dir():
            raise
