"""What is known of somebody invited decides the path, stands in the texts and is counted; asked when they begin."""

from __future__ import annotations

from typing import Any

from hamdel.clock import utc_now
from hamdel.ids import new_id
from survey_service.definition import parse
from survey_service.responses.stepping import Terms, take
from survey_service.responses.submissions import Submission, Ticket
from tests.services.survey.invitations.test_over_http import invited, linked, step
from tests.services.survey.pages.support import invited as at_invitation
from tests.services.survey.pages.support import titles
from tests.services.survey.support import Api, Profile, question, survey

GOLD = {"attribute": "segment", "op": "eq", "value": "gold"}
GREETING = {
    "fa": "{{customer:given_name|دوست}} عزیز، چه امتیازی می‌دهید؟",
    "en": "How likely, {{customer:given_name|friend}}?",
}
NPS = {"nps": {"value": 9}}
WHOLE = NPS | {"card": {"value": 4}}


def asking(**changes: Any) -> dict[str, Any]:
    """Who is gold must rate the card; everybody is greeted by name; counted by city."""
    card = question("card", "rating", required=True, show_if=GOLD)
    return survey([question("nps", "nps", required=True, text=GREETING), card], crosstab=["city"], **changes)


async def known(api: Api, profile: Profile, **attributes: Any) -> str:
    """A customer of whom profile-service knows these."""
    customer = await api.customer()
    profile.attributes[customer] = attributes
    return customer


async def test_attributes_of_an_invited_customer_decide_the_path_and_are_counted(api: Api, profile: Profile) -> None:
    survey_id = await api.survey(asking())
    token = await invited(api, survey_id, await known(api, profile, segment="gold", city="Rasht", gender="female"))
    status, begun = await step(api, token, finished=False, answers=NPS)
    assert (status, begun["visible"], begun["missing"]) == (200, ["nps", "card"], ["card"])
    assert (await step(api, token, 2, answers=NPS))[0] == 422, "who is gold has to rate the card"
    assert (await step(api, token, 2, answers=WHOLE))[0] == 200
    stored = await api.rows("SELECT snapshot, attributes FROM responses")
    assert stored == [({"segment": "gold", "city": "Rasht"}, {"city": "Rasht"})]
    assert profile.named == [["city", "given_name", "segment"]], "asked once, for what the survey names"
    table = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=nps&attribute=city")).json()
    assert "Rasht" in str(table)


async def test_the_page_greets_by_name_before_anything_is_answered(api: Api, profile: Profile) -> None:
    customer = await known(api, profile, given_name="Sara", segment="gold")
    respondent = await at_invitation(api, await api.survey(asking()), customer)
    page = await respondent.open("?lang=en")
    assert "How likely, Sara?" in titles(page)
    assert any("card" in name for name in page.names)
    stranger = await at_invitation(api, await api.survey(asking()))
    assert "How likely, friend?" in titles(await stranger.open("?lang=en"))


async def test_the_attributes_of_the_first_step_stay(api: Api, profile: Profile) -> None:
    customer = await known(api, profile, segment="gold")
    token = await invited(api, await api.survey(asking()), customer)
    await step(api, token, finished=False, answers=NPS)
    profile.attributes[customer] = {"segment": "silver"}
    assert (await step(api, token, 2, finished=False, answers=NPS))[1]["visible"] == ["nps", "card"]


async def test_while_profile_service_is_away_the_survey_goes_on_and_the_next_step_asks_again(
    api: Api, profile: Profile
) -> None:
    token = await invited(api, await api.survey(asking()), await known(api, profile, segment="gold"))
    profile.status = 503
    assert (await step(api, token, finished=False, answers=NPS))[1]["visible"] == ["nps"]
    assert await api.rows("SELECT snapshot FROM responses") == [(None,)]
    profile.status = 200
    assert (await step(api, token, 2, finished=False, answers=NPS))[1]["visible"] == ["nps", "card"]
    assert await api.rows("SELECT snapshot FROM responses") == [({"segment": "gold"},)]


async def test_nobody_is_looked_up_for_a_link_an_anonymous_survey_or_one_that_names_nothing(
    api: Api, profile: Profile
) -> None:
    customer = await known(api, profile, segment="gold", city="Rasht", given_name="Sara")
    link = await linked(api, await api.survey(asking()))
    hidden = await invited(api, await api.survey(asking(anonymous=True)), customer)
    for token in (link, hidden):
        body: dict[str, Any] = {"finished": True, "answers": NPS, "response_id": str(new_id())}
        assert (await step(api, token, **body))[0] == 200
    plain = await at_invitation(api, await api.survey(survey()), customer)
    assert (await plain.open()).answer.status_code == 200
    assert profile.named == []
    rows = await api.rows("SELECT to_jsonb(r)::text FROM responses r WHERE anonymous")
    assert [one for (row,) in rows for one in ("gold", "Rasht", "Sara", customer) if one in row] == []


def test_a_list_decides_the_path_and_is_no_value_of_a_cross_table() -> None:
    vip = {"attribute": "tags", "op": "eq", "value": "vip"}
    asked = parse(survey([question("nps", "nps"), question("why", "text", show_if=vip)], crosstab=["tags", "city"]))
    ticket = Ticket(survey_id=new_id(), version=1, attributes={"tags": ["new", "vip"], "city": "Rasht"})
    given = Submission(
        id=new_id(), survey_id=ticket.survey_id, step=1, finished=True, answers=NPS, ticket=ticket
    )  # fmt: skip
    result = take(None, given, Terms(1, asked, None, utc_now()))
    assert result.path.visible == ("nps", "why")
    assert result.response.attributes == {"city": "Rasht"}
