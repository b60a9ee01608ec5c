"""The door: who is it, and may they. Runs before a byte of the body is read."""

from __future__ import annotations

from starlette.requests import Request

from hamdel.http.auth import Policy, Principal, TokenVerifier
from hamdel.http.call import Call
from hamdel.http.problem import Unauthenticated

__all__ = ["Guard"]


class Guard:
    """Authentication and authorisation of one service."""

    def __init__(self, verifier: TokenVerifier, policy: Policy) -> None:
        self.verifier, self._policy = verifier, policy

    async def admit(self, request: Request, call: Call) -> None:
        """Sets the call's principal. Raises Unauthenticated (401) or Forbidden (403)."""
        public = self._policy.is_public(call.operation)
        if call.authorization is not None:
            call.principal = await self._identify(call.authorization, optional=public)
        if not public:
            self._policy.authorise(call.operation, request.scope["path"], call.principal, request.path_params)

    async def _identify(self, header: bytes, *, optional: bool) -> Principal | None:
        try:
            return await self.verifier.authenticate(header)
        except Unauthenticated:
            if optional:
                return None
            raise
