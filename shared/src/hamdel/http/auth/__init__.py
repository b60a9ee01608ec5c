"""Authentication (verified JWTs) and authorisation (a policy table keyed by operationId)."""

from hamdel.http.auth.jwks import KeySet
from hamdel.http.auth.keys import generate_key_pair, issue_token, load_private_key
from hamdel.http.auth.policy import OWN_IN_BODY, PUBLIC, Policy, PolicyTable, check_policy, require_own
from hamdel.http.auth.principal import ROLES, Principal
from hamdel.http.auth.verifier import TokenVerifier

__all__ = [
    "OWN_IN_BODY",
    "PUBLIC",
    "ROLES",
    "KeySet",
    "Policy",
    "PolicyTable",
    "Principal",
    "TokenVerifier",
    "check_policy",
    "generate_key_pair",
    "issue_token",
    "load_private_key",
    "require_own",
]
