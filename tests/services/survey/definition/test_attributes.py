"""Which customer attributes a survey asks for."""

from __future__ import annotations

from survey_service.definition import attributes_of, parse
from tests.services.survey.support import question, survey


def test_the_names_come_from_every_condition_every_text_and_the_cross_tables() -> None:
    named = {name: {"attribute": name, "op": "eq", "value": "x"} for name in ("page", "asked", "jump", "deep")}
    first = question("nps", "nps", text={"fa": "{{customer:given_name|دوست}}", "en": "{{customer:nick|you}}"})
    second = question("q2", "text", show_if={"all": [named["asked"], {"not": named["deep"]}]})
    asked = survey([first], [second], [question("q3", "text", text={"any": "{{answer:nps|?}}"})], crosstab=["city"])
    asked["pages"][1] |= {"show_if": named["page"], "next": [{"if": named["jump"], "page": "end"}]}
    assert attributes_of(parse(asked)) == ("asked", "city", "deep", "given_name", "jump", "nick", "page")
    assert attributes_of(parse(survey())) == ()
