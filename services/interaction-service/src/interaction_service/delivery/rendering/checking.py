"""What can be known of a template before it is ever sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import meta, nodes
from jinja2.exceptions import TemplateError

from interaction_service.delivery.rendering.filling import environment

__all__ = ["BUILT_IN", "Fault", "faults", "required"]

Texts = Mapping[str, Mapping[str, str]]
Fallbacks = Mapping[str, Mapping[str, str]]

BUILT_IN: Final = frozenset({"given_name", "family_name", "display_name", "unsubscribe_url"})
"""Given without anybody's doing, where they are known."""

ALLOWED: Final[tuple[type[nodes.Node], ...]] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Concat,
)  # fmt: skip
"""No calls, no arithmetic, no imports, no assignments: a template chooses and repeats, it does not compute."""

WHOLE_PAGE: Final = re.compile(r"<\s*(html|head|body|!doctype)\b|<\s*script\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `pointer` is a JSON pointer into the template."""

    pointer: str
    message: str
    kind: str


def faults(texts: Texts, fallbacks: Fallbacks) -> list[Fault]:
    """Everything that is wrong with a template: syntax, what is not allowed in one, a fall-back that nothing uses or
    that is missing in a language."""
    found = [fault for language in texts for fault in _faults_of(language, texts[language])]
    if found:
        return found
    used = {name for language in texts for source in texts[language].values() for name in _names(source)}
    for name, words in fallbacks.items():
        if name not in used:
            found.append(Fault(f"/fallbacks/{name}", "no text uses this variable", "unused_variable"))
        found += [
            Fault(f"/fallbacks/{name}", f"has no words in {language}", "fallback_language")
            for language in sorted(texts.keys() - words.keys())
        ]
    return found


def required(texts: Texts, fallbacks: Fallbacks) -> list[str]:
    """The variables that whoever sends the message must give: those without a fall-back in the template or in the
    text itself (`default`, `is defined`)."""
    names: set[str] = set()
    for fields in texts.values():
        for source in fields.values():
            tree = environment().parse(source)
            spared = {id(node.node) for node in _guards(tree)}
            asked = {node.name for node in tree.find_all(nodes.Name) if id(node) not in spared}
            names |= asked & meta.find_undeclared_variables(tree)
    return sorted(names - fallbacks.keys() - BUILT_IN)


def _guards(tree: nodes.Template) -> Iterator[nodes.Filter | nodes.Test]:
    for node in tree.find_all(nodes.Expr):
        if isinstance(node, nodes.Filter | nodes.Test) and node.name in ("default", "d", "defined", "undefined"):
            yield node


def _names(source: str) -> set[str]:
    return meta.find_undeclared_variables(environment().parse(source))


def _faults_of(language: str, fields: Mapping[str, str]) -> Iterator[Fault]:
    for name, source in fields.items():
        pointer = f"/texts/{language}/{name}"
        try:
            tree = environment(html=name == "body_html").parse(source)
        except TemplateError as error:
            yield Fault(pointer, f"cannot be read: {error.message}", "template_syntax")
            continue
        yield from (Fault(pointer, what, "template_element") for what in _not_allowed(tree))
        if name == "body_html" and WHOLE_PAGE.search(source):
            yield Fault(pointer, "is the inside of a page, without scripts", "template_page")


def _not_allowed(tree: nodes.Template) -> Iterator[str]:
    filters = environment().filters
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            yield f"{type(node).__name__.lower()} is not allowed in a template"
        elif isinstance(node, nodes.Filter) and node.name not in filters:
            yield f"there is no filter {node.name}"
        elif isinstance(node, nodes.For) and (node.recursive or any(node.find_all(nodes.For))):
            yield "a loop inside a loop is not allowed in a template"
