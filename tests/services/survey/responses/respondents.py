"""Simulated respondents of a branching survey, and what must be stored of them.

The survey is written down twice: as the definition that the service reads, and as plain conditions in `seen_by`.
Nothing here knows the service's own path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.services.survey.support import question, survey

Answers = dict[str, dict[str, Any]]


def _shown(name: str, kind: str, op: str, asked: str, value: Any, **changes: Any) -> dict[str, Any]:
    return question(name, kind, show_if={"question": asked, "op": op, "value": value}, **changes)


def definition() -> dict[str, Any]:
    """Branches by score, choice, both, attribute; a page that is hidden as a whole; a jump over a page and one to the
    end."""
    gold = {"attribute": "tier", "op": "eq", "value": "gold"}
    cross = {"all": [{"question": "nps", "op": "lte", "value": 6}, {"not": gold}]}
    pages = [
        [question("nps", "nps", required=True), question("place", "single_choice")],
        [
            _shown("why", "text", "lte", "nps", 6, required=True),
            _shown("praise", "text", "gte", "nps", 9),
            question("card", "rating", show_if=gold),
            question("call", "consent", show_if=cross),
        ],
        [question("csat", "csat", required=True), question("staff", "likert")],
        [question("ces", "ces"), _shown("parts", "multiple_choice", "gte", "ces", 5)],
        [question("bought", "date"), _shown("hour", "number", "eq", "call", True), question("words", "statement")],
        [question("last", "rating")],
    ]
    made = survey(*pages, crosstab=["tier"], late="accept")
    made["pages"][2]["show_if"] = {"question": "place", "op": "in", "value": ["o1"]}
    made["pages"][3]["next"] = [
        {"if": {"question": "ces", "op": "eq", "value": 1}, "page": "end"},
        {"if": {"question": "ces", "op": "lte", "value": 3}, "page": "p6"},
    ]
    return made


REQUIRED = {"nps", "why", "csat"}


def seen_by(answers: Answers, tier: str | None) -> list[str]:
    """What a respondent with these answers is asked, in order."""

    def value(name: str) -> Any:
        return answers.get(name, {}).get("value")

    seen = ["nps", "place"]
    low = value("nps") is not None and value("nps") <= 6
    high = value("nps") is not None and value("nps") >= 9
    seen += ["why"] * low + ["praise"] * high + ["card"] * (tier == "gold") + ["call"] * (low and tier != "gold")
    if answers.get("place", {}).get("options") == ["o1"]:
        seen += ["csat", "staff"]
    ces = value("ces")
    seen += ["ces"] + ["parts"] * (ces is not None and ces >= 5)
    if ces == 1:
        return seen
    if ces in (2, 3):
        return [*seen, "last"]
    called = "call" in seen and value("call") is True
    return seen + ["bought"] + ["hour"] * called + ["words", "last"]


def some_answer(draw: Random, name: str) -> dict[str, Any]:
    """An answer to a question; an optional one is dismissed now and then."""
    if name not in REQUIRED and draw.random() < 0.05:
        return {"dismissed": True}
    options = [one for one in ("o1", "o2", "o3") if draw.random() < 0.5] or ["o2"]
    said: Answers = {
        "nps": {"value": draw.randint(0, 10)},
        "place": {"options": [draw.choice(["o1", "o2", "o3"])]},
        "why": {"text": f"چون {draw.randint(1, 99)}"},
        "praise": {"text": "well done"},
        "card": {"value": draw.randint(1, 5)},
        "call": {"value": draw.random() < 0.5},
        "csat": {"value": draw.randint(1, 5)},
        "staff": {"rows": {row: draw.choice(["o1", "o2", "o3"]) for row in ("r1", "r2")}},
        "ces": {"value": draw.randint(1, 7)},
        "parts": {"options": options},
        "bought": {"date": f"2026-03-{draw.randint(19, 22)}"},
        "hour": {"value": draw.choice([0, 12.5, 9000])},
        "last": {"value": draw.randint(1, 5)},
    }
    return said[name]


@dataclass(frozen=True)
class Step:
    """What a client sends; `refused` is the problem that it must get."""

    number: int
    answers: Answers
    finished: bool = False
    refused: str | None = None


@dataclass
class Respondent:
    """One simulated respondent: `sent` is what the client made, in order; `delivered` how it arrived."""

    uuid: UUID
    tier: str | None
    customer: str | None
    late: bool
    back_and_forth: bool
    retries: bool
    given: Answers = field(default_factory=dict)
    sent: list[Step] = field(default_factory=list)
    delivered: list[Step] = field(default_factory=list)

    @property
    def kept(self) -> Answers:
        """What counts once it is finished: answers to what is seen."""
        return {name: self.given[name] for name in seen_by(self.given, self.tier) if name in self.given}

    @property
    def finished(self) -> bool:
        """Whether the last step that was made finishes."""
        return self.sent[-1].finished

    @property
    def stored(self) -> tuple[str, int, Answers, list[str], bool]:
        """Status, step, answers, dropped and late, as they must be kept at the end."""
        last = self.sent[-1].number
        if not self.finished:
            return "open", last, self.given, [], False
        return "finished", last, self.kept, sorted(self.given.keys() - self.kept.keys()), self.late


def respond(draw: Random, uuid: UUID, customer: str | None, *, finishes: bool = True) -> Respondent:
    """Somebody who answers page by page; one in five goes back and forth, one in ten has a bad line, one in twenty
    finishes after the survey is closed."""
    one = Respondent(
        uuid, draw.choice(["gold", "basic", None]), customer,
        late=draw.random() < 0.05, back_and_forth=draw.random() < 0.2, retries=draw.random() < 0.1,
    )  # fmt: skip
    ever: set[str] = set()
    if draw.random() < 0.05:
        _send(one, ever, finished=True, refused="empty-response")
    for name in ("nps", "place", "why", "praise", "card", "call", "csat", "staff", "ces", "parts", "hour"):
        if name in seen_by(one.given, one.tier) and (name in REQUIRED or draw.random() < 0.8):
            one.given[name] = some_answer(draw, name)
            if draw.random() < 0.4:
                _send(one, ever)
    if one.back_and_forth:
        _change_mind(draw, one, ever)
    for name in ("bought", "last"):
        if name in seen_by(one.given, one.tier):
            one.given[name] = some_answer(draw, name)
    _send(one, ever)
    if finishes:
        _send(one, ever, finished=True)
    one.delivered = _bad_line(draw, one.sent) if one.retries else list(one.sent)
    return one


def _change_mind(draw: Random, one: Respondent, ever: set[str]) -> None:
    """Goes back and answers otherwise or not at all, goes forth and answers what is new; what was said on the way that
    is left behind stays in the client."""
    for _ in range(draw.randint(1, 3)):
        name = draw.choice(["nps", "nps", "place", "ces", "parts", "hour"])
        one.given[name] = some_answer(draw, name)
        if name != "nps" and draw.random() < 0.2:
            del one.given[name]
        _send(one, ever)
        missing = [name for name in seen_by(one.given, one.tier) if name in REQUIRED and name not in one.given]
        if missing and draw.random() < 0.5:
            _send(one, ever, finished=True, refused="incomplete-response")
        for name in missing:
            one.given[name] = some_answer(draw, name)


def _send(one: Respondent, ever: set[str], *, finished: bool = False, refused: str | None = None) -> None:
    """A step with all answers so far; what was answered once and is not any more is sent empty."""
    ever.update(one.given)
    answers = {name: one.given.get(name, {}) for name in ever}
    one.sent.append(Step(len(one.sent) + 1, answers, finished, refused))


def _bad_line(draw: Random, sent: list[Step]) -> list[Step]:
    """Some steps arrive twice or thrice, and copies late, anywhere after the first time; accepted steps of one that
    goes on arrive in disorder as well. What is to be refused arrives once, in its place."""
    arriving = list(sent)
    for step in sent:
        if step.refused is None:
            for _ in range(draw.randint(0, 2)):
                arriving.insert(draw.randint(arriving.index(step) + 1, len(arriving)), step)
    if all(step.refused is None for step in sent) and len(sent) > 2 and draw.random() < 0.5:
        first = draw.randint(0, len(arriving) - 2)
        arriving[first], arriving[first + 1] = arriving[first + 1], arriving[first]
    return arriving
