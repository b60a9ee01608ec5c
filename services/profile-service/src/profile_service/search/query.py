"""A query as the words it was typed in: where each is found, and what a customer that answers is like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from profile_service.search.domain import (
    CODE,
    EMAIL,
    FIELDS,
    FIRST,
    HIDDEN,
    LAST,
    MAX_WORD,
    NAME,
    PHONE,
    SEEN,
    Document,
    Hit,
    Span,
    Stage,
    name_keys,
    phone_stem,
    spelling_of,
    whole_of,
    words_of,
)

__all__ = ["Query", "Token", "matched_fields"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a query; every one of them must be found. `others` are words that may have been meant instead, and
    `unknown` is one that nobody bears."""

    text: str
    others: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it may be a part of a phone, or a code."""
        return self.text.isdigit()

    def keys(self) -> list[str]:
        """The keys it stands for."""
        keys = [NAME + self.text, EMAIL + self.text]
        if self.is_number:
            stem = phone_stem(self.text)
            keys += [CODE + self.text, *([PHONE + stem] if stem else [])]
        return sorted(keys)

    def spans(self, stage: Stage, *, alone: bool) -> list[Span]:
        """Where customers that have it are found at this stage, the best first. The word itself is left out where it
        is `alone`: whoever has it has answered before."""
        if stage <= Stage.WORDS:
            return [Span.of(key) for key in self.keys()]
        longer = [Span(key + FIRST if alone else key, key + LAST) for key in self.keys()]
        return longer + [Span.of(NAME + word) for word in self.others]

    def parts(self, stage: Stage) -> list[str]:
        """Parts, of which a document that has it at this stage holds one."""
        if stage <= Stage.WORDS:
            return [f"{SEEN}{key}{SEEN}" for key in self.keys()]
        others = [f"{SEEN}{NAME}{word}{SEEN}" for word in self.others]
        return [f"{SEEN}{key}" for key in self.keys()] + others

    def found_in(self, keys: Iterable[str], stage: Stage) -> list[str]:
        """The keys of a document that are why it answers."""
        own = set(self.keys())
        if stage <= Stage.WORDS:
            return [key for key in keys if key in own]
        beginnings, others = tuple(own), {NAME + word for word in self.others}
        return [key for key in keys if key.startswith(beginnings) or key in others]


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, in words; none where it holds no letter and no digit."""

    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, normalised: str) -> Query:
        """From text that went through the normaliser."""
        return cls(tuple(Token(word) for word in dict.fromkeys(words_of(normalised))))

    @property
    def whole(self) -> str:
        """The key of the name that consists of exactly these words, in any order."""
        return whole_of(token.text for token in self.tokens)

    @property
    def joined(self) -> Query | None:
        """The words written as one (`خیاط قلی منش` for `خیاطقلی‌منش`); None where there is only one."""
        if len(self.tokens) < 2:
            return None
        return Query((Token("".join(token.text for token in self.tokens)[:MAX_WORD]),))

    def paths(self, stage: Stage) -> list[list[Span]]:
        """Per word, where in the index its customers are at this stage; for a whole name there is one path."""
        if stage is Stage.WHOLE_NAME:
            return [[Span.of(self.whole)]]
        alone = len(self.tokens) == 1 and stage is not Stage.JOINED
        return [token.spans(stage, alone=alone) for token in self.tokens]

    def driver(self, stage: Stage, hits: Sequence[int], *, most: int) -> int:
        """Along which path the customers are walked, `hits` being the rows of each: the shortest one, but rather that
        of an unknown word if it has not more than `most`, because its order is by nearness."""
        if stage is Stage.WHOLE_NAME:
            return 0
        order = [(not (token.unknown and rows <= most), rows) for token, rows in zip(self.tokens, hits, strict=False)]
        return order.index(min(order))

    def parts(self, stage: Stage) -> list[list[str]]:
        """What a document must hold, one of each list, to answer at this stage or a better one."""
        if stage <= Stage.WHOLE_NAME:
            return [[f"{HIDDEN}{self.whole}{HIDDEN}"]]
        return [token.parts(stage) for token in self.tokens]

    def matched(self, document: str, stage: Stage) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The fields beside the name in which a document answers, and the words of the name that do."""
        level = max(stage, Stage.WORDS)
        keys = Document.seen(document)
        why = {key for token in self.tokens for key in token.found_in(keys, level)}
        found = [key for key in keys if key in why]
        fields = {FIELDS[key[0]] for key in found if key[0] != NAME}
        return tuple(sorted(fields)), tuple(key[1:] for key in found if key[0] == NAME)


def matched_fields(hit: Hit, main_name: Iterable[str]) -> list[str]:
    """What a hit answers by, sorted: the type of an identifier, `code`, `phone`, `email`, `organization`, and `name`
    or `name.other_script`, told apart by the parts of the main name (normalised)."""
    main = set(spelling_of(name_keys(main_name)))
    names = {"name" if word in main or word.isdigit() else "name.other_script" for word in hit.words}
    return sorted(names | set(hit.matched))
