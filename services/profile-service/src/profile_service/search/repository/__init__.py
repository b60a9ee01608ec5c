"""The SQL of search."""

from profile_service.search.repository.conditions import Filters, Group, Match, Row
from profile_service.search.repository.lookups import identified, members, similar_words, words_inside
from profile_service.search.repository.storage import add_words, outdated, read, store
from profile_service.search.repository.walks import WALKED, counts, newest, rarest_first, walk

__all__ = [
    "WALKED", "Filters", "Group", "Match", "Row", "add_words", "counts", "identified", "members", "newest", "outdated",
    "rarest_first", "read", "similar_words", "store", "walk", "words_inside",
]  # fmt: skip
