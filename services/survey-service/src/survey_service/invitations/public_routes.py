"""HTTP of respondents: whoever has a token needs no account."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from hamdel.database import UnitOfWork
from hamdel.http import Router, call_context, call_of, command, services_of
from survey_service.invitations import respondents
from survey_service.invitations.ending import used_once
from survey_service.invitations.knowing import known_of_respondent
from survey_service.invitations.public_schemas import AnswersBody, RespondentSurvey, StepTaken
from survey_service.responses.schemas import Language

__all__ = ["router"]

router = Router(prefix="/v1/s", tags=["respondents"])

Token = Annotated[str, Path(min_length=1, max_length=200)]


@router.get("/{token}", response_model=RespondentSurvey)
async def get_survey_by_token(
    request: Request, token: Token, language: Annotated[Language | None, Query()] = None
) -> Response:
    """The survey behind a token in the respondent's language, and the answers so far."""
    wanted = language or ("fa" if call_of(request).persian else None)

    async def use_case(unit: UnitOfWork) -> RespondentSurvey:
        return RespondentSurvey.of(await respondents.see(unit, token), wanted)

    answer = await command(request, use_case, status=200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.put("/{token}", response_model=StepTaken)
async def answer_survey_by_token(request: Request, token: Token, body: AnswersBody) -> Response:
    """Takes a step of the response; `finished` ends it and uses the token up. Again is fine."""
    services, context = services_of(request), call_context(request)
    attributes = await known_of_respondent(services, token)
    async with used_once(services, context, token, body.response_id, finished=body.finished) as ending:

        async def use_case(unit: UnitOfWork) -> StepTaken:
            ending.result = await respondents.take(unit, token, body.given(), attributes)
            return StepTaken.of(ending.result)

        return await command(request, use_case, status=200)
