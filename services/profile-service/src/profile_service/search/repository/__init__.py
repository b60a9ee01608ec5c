"""The SQL of search."""

from profile_service.search.repository.conditions import Filters, Group, Match, Row
from profile_service.search.repository.lookups import identified, members, similar_words, words_inside
from profile_service.search.repository.meeting import meeting
from profile_service.search.repository.storage import add_words, outdated, read, store
from profile_service.search.repository.walks import WALKED, WALKED_MEETING, counts, newest, under, walk

__all__ = [
    "WALKED", "WALKED_MEETING", "Filters", "Group", "Match", "Row", "add_words", "counts", "identified", "meeting",
    "members", "newest", "outdated", "read", "similar_words", "store", "under", "walk", "words_inside",
]  # fmt: skip
