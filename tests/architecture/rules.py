"""The rules of the codebase as small functions over source text: each gives what it found, else nothing."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Final

__all__ = [
    "broad_handlers",
    "business_names",
    "commits",
    "foreign_imports",
    "imported_roots",
    "leftovers",
    "long_file",
    "long_functions",
    "long_routes",
    "machine_traces",
    "sql",
]

Function = ast.FunctionDef | ast.AsyncFunctionDef

FILE_LINES: Final = 300
FUNCTION_LINES: Final = 40
ROUTE_LINES: Final = 15
METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})
BUILDERS: Final = frozenset({"text", "select", "insert", "update", "delete"})
EXECUTORS: Final = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "scalar", "scalars"})
SQL: Final = re.compile(
    r"^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|"
    r"(CREATE|ALTER|DROP|TRUNCATE)\s+(TABLE|INDEX|DATABASE|ROLE|SCHEMA)\s|LOCK\s+TABLE\s)"
)
BUSINESS: Final = re.compile(
    r"(?i)purchase|refund|loyalty|survey|voucher|reward|redeem|referral|segment|invoice|(?<![a-z])tier|(?<![a-z])nps"
)
LEFTOVER: Final = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|pytest\.(?:mark\.)?(?:skip|xfail)|skipif")
TRACE: Final = re.compile(
    r"(?i)pypi\.org|pythonhosted\.org|registry\.npmjs|repo\.maven|(?:extra-)?index-url\s*=|--index-url|"
    r"(?<![\w.])/(?:root|home/\w+|work|Users/\w+)/"
)


def functions(source: str) -> Iterator[Function]:
    """Every function of a module, nested ones and methods included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    """Lines from `def` to the end, without decorators and without the docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def is_route(function: Function) -> bool:
    """Whether a decorator is `@something.get(…)`, or another HTTP method, with a path (`/…` or empty)."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            path = decorator.args[0] if decorator.args else None
            if decorator.func.attr in METHODS and isinstance(path, ast.Constant) and isinstance(path.value, str):
                return path.value == "" or path.value.startswith("/")
    return False


def long_routes(source: str) -> list[str]:
    """Routes of 15 lines or more."""
    sizes = {each.name: lines_of(each) for each in functions(source) if is_route(each)}
    return [f"{name}: {size} lines" for name, size in sizes.items() if size >= ROUTE_LINES]


def long_functions(source: str) -> list[str]:
    """Functions of more than 40 lines, docstring included."""
    sizes = {each.name: (each.end_lineno or each.lineno) - each.lineno + 1 for each in functions(source)}
    return [f"{name}: {size} lines" for name, size in sizes.items() if size > FUNCTION_LINES]


def long_file(source: str) -> list[str]:
    """The number of lines, when there are more than 300."""
    count = len(source.splitlines())
    return [f"{count} lines"] if count > FILE_LINES else []


def imported_roots(source: str) -> set[str]:
    """Top-level names of what is imported anywhere in the module; a relative import counts as `.`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else (node.module or "").split(".")[0])
    return found


def foreign_imports(source: str) -> list[str]:
    """Imports from outside the standard library: none are allowed in `domain.py`."""
    return sorted(imported_roots(source) - sys.stdlib_module_names)


def sql(source: str) -> list[str]:
    """SQL in any of its shapes: a statement as text, SQLAlchemy's builders, or a call that executes one."""
    tree = ast.parse(source)
    found = [
        f"line {node.lineno}: statement"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            found += [f"line {node.lineno}: {alias.name}" for alias in node.names if alias.name in BUILDERS]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EXECUTORS:
            found.append(f"line {node.lineno}: .{node.func.attr}(")
    return found


def commits(source: str) -> list[str]:
    """Calls of a method named `commit`."""
    return [
        f"line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def broad_handlers(source: str) -> list[str]:
    """Handlers that catch everything and do not raise it again; `suppress(Exception)` is one of them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and catches_all(node.type) and not ends_with_raise(node):
            found.append(f"line {node.lineno}: except")
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            found += [f"line {node.lineno}: suppress" for kind in node.args if catches_all(kind)]
    return found


def catches_all(kind: ast.expr | None) -> bool:
    """Whether it is a bare `except`, or names Exception or BaseException, alone or in a tuple."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or ast.unparse(each) in ("Exception", "BaseException") for each in kinds)


def ends_with_raise(handler: ast.ExceptHandler) -> bool:
    """Whether the last statement of the handler is a `raise`: cleaning up and going on failing is allowed."""
    return isinstance(handler.body[-1], ast.Raise)


def business_names(source: str) -> list[str]:
    """Classes and functions named after a service's business."""
    named = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.walk(ast.parse(source))
    return [node.name for node in tree if isinstance(node, named) and BUSINESS.search(node.name)]


def leftovers(text: str) -> list[str]:
    """Marks of unfinished work, and tests that are switched off."""
    return [match[0] for match in LEFTOVER.finditer(text)]


def machine_traces(text: str) -> list[str]:
    """Names of package registries and absolute paths of somebody's machine."""
    return [match[0] for match in TRACE.finditer(text)]
