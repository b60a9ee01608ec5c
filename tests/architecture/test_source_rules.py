"""The rules of style, held against every module. An exception that is no longer needed fails as well."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import pytest

from tests.architecture import rules
from tests.architecture.sources import ROOT, python_sources, repository_files, violations

SHIPPED: Final = python_sources()
PYTHON: Final = [path for path in repository_files() if path.suffix == ".py" and "versions" not in path.parts]

SQL_ROOMS: Final = ("hamdel/messaging/", "hamdel/database/")
SQL_FILES: Final = ("repository.py", "section.py", "store.py")
COMMITTERS: Final = ("hamdel/database/", "hamdel/messaging/")
CATCH_ALL: Final[dict[str, str]] = {
    "hamdel/http/edge.py": "the top handler: whatever comes becomes a problem document",
    "hamdel/http/background.py": "the loop of a background task: one failed round does not end it",
    "hamdel/database/sentinel.py": "the loop that watches the database: no failure of a probe may end it",
    "hamdel/messaging/consumer/": "the consumer loop: a handler's error is classified, retried and parked",
    "hamdel/messaging/relay/": "the relay loop: whatever fails, the rows stay and it goes on",
    "hamdel_cli/main.py": "the top handler of the command line: one clear line and an exit status",
    "gateway/customer_view/coalescer.py": "the failure of a shared read is handed to every caller that waits for it",
}


def inside(path: Path, rooms: Collection[str]) -> bool:
    """Whether the module is in one of the rooms, given as parts of a path below `src/`."""
    place = path.as_posix().split("/src/", 1)[-1]
    return any(place.startswith(room) for room in rooms)


def may_speak_sql(path: Path) -> bool:
    """`repository.py` and `section.py` of a capability, the gateway's store, and the eventing machinery."""
    return path.name in SQL_FILES or path.parent.name == "repository" or inside(path, SQL_ROOMS)


EVERYWHERE: Final[dict[str, Callable[[str], Collection[str]]]] = {
    "a file has at most 300 lines": rules.long_file,
    "a function has at most 40 lines": rules.long_functions,
    "a route has fewer than 15 lines": rules.long_routes,
}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_budgets_of_size_hold(name: str) -> None:
    assert violations(EVERYWHERE[name], SHIPPED) == []


def test_tests_and_tools_keep_the_budget_of_a_file_too() -> None:
    assert violations(rules.long_file, PYTHON) == []


def test_a_domain_imports_the_standard_library_only() -> None:
    domains = [path for path in SHIPPED if path.name == "domain.py" or path.parent.name == "domain"]

    assert domains, "no domain.py was found: the rule would be empty"
    assert violations(rules.foreign_imports, domains) == []


def test_sql_is_in_repositories_and_sections_only() -> None:
    assert violations(rules.sql, [path for path in SHIPPED if not may_speak_sql(path)]) == []


def test_only_the_unit_of_work_and_the_eventing_machinery_commit() -> None:
    assert violations(rules.commits, [path for path in SHIPPED if not inside(path, COMMITTERS)]) == []


def test_everything_is_caught_in_the_loops_and_at_the_top_only() -> None:
    assert violations(rules.broad_handlers, [path for path in SHIPPED if not inside(path, CATCH_ALL)]) == []


@pytest.mark.parametrize("room", CATCH_ALL)
def test_an_exception_from_the_rule_is_one_that_is_used(room: str) -> None:
    assert violations(rules.broad_handlers, [path for path in SHIPPED if inside(path, [room])])


def test_only_messaging_imports_the_kafka_client() -> None:
    others = [path for path in SHIPPED if not inside(path, ["hamdel/messaging/"])]
    importers = [path for path in others if "aiokafka" in rules.imported_roots(path.read_text(encoding="utf-8"))]

    assert [str(path.relative_to(ROOT)) for path in importers] == []


def test_shared_code_is_not_named_after_anybodys_business() -> None:
    shared = [path for path in SHIPPED if inside(path, ["hamdel/"]) and not inside(path, ["hamdel/contracts/"])]

    assert violations(rules.business_names, shared) == []


def test_no_work_is_left_unfinished_and_no_test_is_switched_off() -> None:
    judged = [path for path in PYTHON if path.parent != Path(__file__).parent]

    assert violations(rules.leftovers, judged) == []
