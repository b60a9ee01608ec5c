"""Each rule is seen failing on a deliberate violation, and silent on the nearest thing that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from tests.architecture import rules

Rule = Callable[[str], Collection[str]]

ROUTE = "@router.get('/x')\nasync def route():\n" + "    x = 1\n" * 14
SHORT_ROUTE = '@router.post("")\nasync def route():\n    """Words\n    and more."""\n' + "    x = 1\n" * 13
NOT_A_ROUTE = "@cache.get(1)\ndef route():\n" + "    x = 1\n" * 20
MARK = "TO" + "DO"
SKIP = "@pytest.mark." + "skip"
HOME = "/ro" + "ot/x"
REGISTRY = "https://files.python" + "hosted.org/x"

CASES: list[tuple[Rule, str, str]] = [
    (rules.long_routes, ROUTE, SHORT_ROUTE),
    (rules.long_routes, ROUTE, NOT_A_ROUTE),
    (rules.long_functions, "def f():\n" + "    x = 1\n" * 40, "def f():\n" + "    x = 1\n" * 39),
    (rules.long_functions, "class A:\n  def f(self):\n" + "    x = 1\n" * 40, "x = 1\n" * 50),
    (rules.long_file, "x = 1\n" * 301, "x = 1\n" * 300),
    (rules.foreign_imports, "from hamdel.clock import utc_now", "from datetime import datetime"),
    (rules.foreign_imports, "import pydantic.main", "import collections.abc"),
    (rules.foreign_imports, "from . import service", "import decimal"),
    (rules.foreign_imports, "def f():\n    import sqlalchemy", "def f():\n    import math"),
    (rules.sql, "Q = 'SELECT id FROM t'", "Q = 'Selects are easy'"),
    (rules.sql, "Q = '''\n  WITH a AS (SELECT 1) SELECT 2'''", "Q = 'with a friend'"),
    (rules.sql, "Q = 'UPDATE t SET a = 1'", "Q = 'UPDATE the customer'"),
    (rules.sql, "from sqlalchemy import select", "from sqlalchemy import Column, Table"),
    (rules.sql, "await connection.execute(statement)", "await unit.record(customer, fact)"),
    (rules.commits, "await connection.commit()", "await unit.flush_events()"),
    (rules.broad_handlers, "try:\n    f()\nexcept Exception:\n    pass", "try:\n    f()\nexcept ValueError:\n    pass"),
    (rules.broad_handlers, "try:\n    f()\nexcept:\n    pass", "try:\n    f()\nexcept:\n    g()\n    raise"),
    (
        rules.broad_handlers,
        "try:\n    f()\nexcept (OSError, Exception):\n    pass",
        "try:\n    f()\nexcept (OSError, ValueError):\n    pass",
    ),
    (rules.broad_handlers, "with contextlib.suppress(Exception):\n    f()", "with suppress(OSError):\n    f()"),
    (rules.business_names, "def record_purchase(): ...", "def record(): ..."),
    (rules.business_names, "class TierRule: ...", "class Frontier: ..."),
    (rules.leftovers, f"# {MARK}: later", "# done"),
    (rules.leftovers, SKIP, "@pytest.mark.slow"),
    (rules.machine_traces, f"open('{HOME}')", "open('docs/x')"),
    (rules.machine_traces, REGISTRY, "https://example.org/"),
    (rules.machine_traces, "--index" + "-url=x", "index of urls"),
]


@pytest.mark.parametrize(("rule", "violation", "allowed"), CASES)
def test_the_rule_names_the_violation_and_nothing_else(rule: Rule, violation: str, allowed: str) -> None:
    assert len(rule(violation)) == 1
    assert list(rule(allowed)) == []


def test_the_client_of_kafka_is_found_wherever_it_is_imported() -> None:
    assert "aiokafka" in rules.imported_roots("def f():\n    from aiokafka.errors import KafkaError")
    assert "aiokafka" not in rules.imported_roots("from hamdel.messaging import Record  # aiokafka inside")
