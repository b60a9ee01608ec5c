"""A survey as data: reading and checking a definition, the path through it, the answers it takes, its texts.

Pure: no clock, no database. `paths.path` is what decides which questions a respondent sees; everybody asks it.
"""

from survey_service.definition.answers import read_answers, stored_answers, validate_answer
from survey_service.definition.attributes import attributes_of
from survey_service.definition.checking import check
from survey_service.definition.comparing import comparable
from survey_service.definition.domain import Answer, Definition, Option, Page, Question, Scale, Settings, questions_of
from survey_service.definition.parsing import parse
from survey_service.definition.paths import Path, path
from survey_service.definition.texts import completeness, render_text, translate

__all__ = [
    "Answer",
    "Definition",
    "Option",
    "Page",
    "Path",
    "Question",
    "Scale",
    "Settings",
    "attributes_of",
    "check",
    "comparable",
    "completeness",
    "parse",
    "path",
    "questions_of",
    "read_answers",
    "render_text",
    "stored_answers",
    "translate",
    "validate_answer",
]
