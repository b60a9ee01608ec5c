"""Surveys and answers by chance: conditions look back, jumps lead on; whether everything can be reached is open."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from hypothesis import strategies as st

from survey_service.definition import Answer, Definition, Question
from tests.services.survey.support import question, survey

OPS = ("eq", "ne", "lt", "lte", "gt", "gte")
KINDS = ("nps", "rating", "single_choice", "multiple_choice", "likert", "consent", "text", "statement")
SMALL = ("consent", "single_choice", "rating")
"""Kinds with so few answers that all can be tried."""

Drawn = dict[str, Any]


@st.composite
def surveys(draw: st.DrawFn, kinds: Sequence[str] = KINDS, most: int = 8) -> Drawn:
    """The JSON of a definition with at most this many questions on one to four pages."""
    count = draw(st.integers(1, most))
    asked: list[Drawn] = []
    for number in range(count):
        kind = draw(st.sampled_from(kinds if number else [one for one in kinds if one != "statement"]))
        scale = {"scale": {"min": 1, "max": 3}} if kind == "rating" else {}
        show_if = draw(st.none() | conditions(asked)) if asked else None
        asked.append(question(f"q{number}", kind, required=draw(st.booleans()), show_if=show_if, **scale))
    cuts = sorted(draw(st.sets(st.integers(1, count), max_size=3)) | {count})
    pages = [asked[low:high] for low, high in zip([0, *cuts], cuts, strict=False)]
    made = survey(*pages)
    for number, page in enumerate(made["pages"]):
        before = [one for earlier in pages[:number] for one in earlier]
        page["show_if"] = draw(st.none() | conditions(before)) if before else None
        targets = [*(one["id"] for one in made["pages"][number + 1 :]), "end"]
        so_far = [*before, *pages[number]]
        jump = st.fixed_dictionaries({"if": conditions(so_far), "page": st.sampled_from(targets)})
        page["next"] = draw(st.lists(jump, max_size=2))
    return made


def conditions(asked: Sequence[Drawn], depth: int = 1) -> st.SearchStrategy[Drawn]:
    """Conditions over these questions; `text` and `statement` are only asked whether they are answered."""
    leaf = st.sampled_from([one for one in asked if one["kind"] != "statement"]).flatmap(tests)
    if depth == 0:
        return leaf
    inner = conditions(asked, depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        leaf
        | several.map(lambda parts: {"all": parts})
        | several.map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    )


def tests(about: Drawn) -> st.SearchStrategy[Drawn]:
    """Tests of one question."""
    kind, name = about["kind"], about["id"]
    answered = st.booleans().map(lambda value: {"question": name, "op": "answered", "value": value})
    if kind in ("nps", "rating"):
        low, high = (0, 10) if kind == "nps" else (1, 3)
        return answered | st.builds(
            lambda op, value: {"question": name, "op": op, "value": value},
            st.sampled_from(("eq", "ne", "lte", "gte")),
            st.integers(low, high),
        )
    if kind == "consent":
        return answered | st.booleans().map(lambda value: {"question": name, "op": "eq", "value": value})
    if kind in ("text", "statement"):
        return answered
    row = {"row": "r1"} if kind == "likert" else {}
    option = st.sampled_from(("o1", "o2", "o3"))
    return answered | st.builds(
        lambda op, value: {"question": name, "op": op, "value": value} | row, st.sampled_from(("eq", "ne")), option
    )


def answers(definition: Definition) -> st.SearchStrategy[dict[str, Answer]]:
    """Valid answers to any of the questions, on whichever branch they are."""
    asked = {name: one for name, one in definition.questions.items() if one.asks}
    return st.fixed_dictionaries({}, optional={name: answer(one) for name, one in asked.items()})


def answer(to: Question) -> st.SearchStrategy[Answer]:
    """A valid answer, or that there will be none."""
    return st.sampled_from([*every_answer(to), Answer(dismissed=True)])


def every_answer(to: Question) -> list[Answer]:
    """All answers to a question of a kind that has few, else some."""
    ids = [option.id for option in to.options]
    if to.scale is not None:
        return [Answer(value=step) for step in to.scale.steps]
    if to.kind == "single_choice":
        return [Answer(options=(one,)) for one in ids]
    if to.kind == "multiple_choice":
        return [Answer(options=tuple(one)) for one in (ids[:1], ids[1:], ids)]
    if to.kind == "likert":
        return [Answer(rows=dict(zip(("r1", "r2"), pair, strict=True))) for pair in product(ids, ids)]
    if to.kind == "consent":
        return [Answer(value=True), *([] if to.required else [Answer(value=False)])]
    return [Answer(text="words")]
