"""What must never be in the repository: the other lock, registries, paths of somebody's machine, secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.architecture import rules
from tests.architecture.sources import repository_files, violations

TEXT: Final = frozenset(
    {".py", ".toml", ".md", ".yml", ".yaml", ".lock", ".sh", ".txt", ".json", ".xml", ".properties", ".ini", ".cfg", ""}
)
PRIVATE: Final = (".pem", ".key", ".token", ".pgpass")


def forbidden_names(paths: list[Path]) -> list[str]:
    """Files that are made, private or superseded: the lock is requirements.lock."""
    names = [path.name for path in paths]
    return [name for name in names if name in ("uv.lock", ".env", "poetry.lock") or name.endswith(PRIVATE)]


def test_no_forbidden_file_is_in_the_repository() -> None:
    assert forbidden_names(repository_files()) == []


def test_forbidden_files_are_recognised() -> None:
    paths = [Path("a/uv.lock"), Path(".env"), Path("k/signing-key.pem"), Path(".env.example"), Path("x.py")]

    assert forbidden_names(paths) == ["uv.lock", ".env", "signing-key.pem"]


def test_no_registry_and_no_path_of_a_machine_is_named() -> None:
    texts = [path for path in repository_files() if path.suffix in TEXT and path.parent != Path(__file__).parent]

    assert violations(rules.machine_traces, texts) == []
