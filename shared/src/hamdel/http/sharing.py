"""Commands that arrive together share one transaction (see `gathering`), each with an Idempotency-Key of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from hamdel.context import CallContext
from hamdel.database import UnitOfWork
from hamdel.database.idempotency import KeyState, StoredAnswer, claim_many, store_many
from hamdel.http.call import call_context
from hamdel.http.commands import Serialised, serialised, tried_again
from hamdel.http.gathering import Gatherer, Waiting
from hamdel.http.idempotency import KEY_RETENTION, Identity, identity_of, in_progress, replayed
from hamdel.http.problem import ProblemError
from hamdel.http.responses import JsonBytes
from hamdel.http.services import Services

__all__ = ["Asked", "SharedCommand"]


class About(Protocol):
    """What a command says; it is about one customer, whose section changes with it."""

    @property
    def customer_id(self) -> UUID:
        """Whose."""


R = TypeVar("R", bound=About)

LINGER: Final = 0.5
"""Of what the transaction before took: 32 callers who never pause then share one, and not two halves of it in turn."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[R]):
    """A command and the call that brought it: what the use case records for it belongs to this context."""

    record: R
    context: CallContext


@dataclass(frozen=True, slots=True)
class _Keyed(Generic[R]):
    record: R
    identity: Identity


UseCase = Callable[[UnitOfWork, Sequence[Asked[R]]], Awaitable[Sequence[Any]]]
"""Gives for each command what `command` takes from a use case, or the ProblemError it is refused with."""

Told = StoredAnswer | ProblemError | Response
"""A stored answer is the first one; a replay is a response already."""


class SharedCommand(Generic[R]):
    """One per process and operation. A command that the use case refuses leaves the others of its transaction alone;
    its refusal is not stored, as in `command`."""

    def __init__(self, services: Services, use_case: UseCase[R], *, status: int = 201) -> None:
        self._services, self._use_case, self._status = services, use_case, status
        self._gatherer = Gatherer[_Keyed[R], Told](lambda batch: tried_again(lambda: self._run(batch)), linger=LINGER)

    async def __call__(self, request: Request, record: R) -> Response:
        """The command's answer, once its transaction is committed. Raises Malformed without a key, Conflict
        `request-in-progress`, InvalidValue `idempotency-key-reused`, and what the use case refuses it with."""
        identity = await identity_of(request, required=True)
        assert identity is not None
        told = await self._gatherer.add(_Keyed(record, identity), call_context(request))
        if isinstance(told, ProblemError):
            raise told
        return told if isinstance(told, Response) else JsonBytes(told.body, told.status, told.headers)

    async def _run(self, batch: Sequence[Waiting[_Keyed[R], Told]]) -> list[Told]:
        first = {waiting.record.identity.scope: waiting for waiting in reversed(batch)}
        async with self._services.units(batch[0].context) as unit:
            states = await claim_many(unit.connection, list(first), unit.now - KEY_RETENTION)
            fresh = [each for each in batch if each is first[each.record.identity.scope] and _is_new(each, states)]
            answers = await self._answers(unit, fresh)
        if unit.sequences:
            self._services.units.after_commit()
        return [self._told(each, answers, states, first) for each in batch]

    async def _answers(
        self, unit: UnitOfWork, fresh: Sequence[Waiting[_Keyed[R], Told]]
    ) -> dict[bytes, StoredAnswer | ProblemError]:
        if not fresh:
            return {}
        results = await self._use_case(unit, [Asked(each.record.record, each.context) for each in fresh])
        ready = [each if isinstance(each, ProblemError) else serialised(each, self._status) for each in results]
        await unit.flush_events()
        answers = {
            each.record.identity.scope: answer
            if isinstance(answer, ProblemError)
            else self._kept(unit, each.record, answer)
            for each, answer in zip(fresh, ready, strict=True)
        }
        stored = {scope: each for scope, each in answers.items() if isinstance(each, StoredAnswer)}
        await store_many(unit.connection, stored, unit.now)
        return answers

    def _kept(self, unit: UnitOfWork, keyed: _Keyed[R], answer: Serialised) -> StoredAnswer:
        sequence = unit.sequences.get(unit.survivor(keyed.record.customer_id))
        headers = {} if sequence is None else {"Hamdel-Sequence": f"{self._services.section}={sequence}"}
        return StoredAnswer(keyed.identity.fingerprint, answer.status, headers | answer.headers, answer.body)

    @staticmethod
    def _told(
        waiting: Waiting[_Keyed[R], Told],
        answers: dict[bytes, StoredAnswer | ProblemError],
        states: dict[bytes, KeyState],
        first: dict[bytes, Waiting[_Keyed[R], Told]],
    ) -> Told:
        identity = waiting.record.identity
        if states[identity.scope].running:
            return in_progress()
        answer = answers.get(identity.scope) or states[identity.scope].answer
        if isinstance(answer, StoredAnswer) and (waiting is not first[identity.scope] or identity.scope not in answers):
            return _replay(answer, identity)
        assert answer is not None
        return answer


def _is_new(waiting: Waiting[_Keyed[Any], Any], states: dict[bytes, KeyState]) -> bool:
    state = states[waiting.record.identity.scope]
    return not state.running and state.answer is None


def _replay(answer: StoredAnswer, identity: Identity) -> Response | ProblemError:
    try:
        return replayed(answer, identity)
    except ProblemError as problem:
        return problem
