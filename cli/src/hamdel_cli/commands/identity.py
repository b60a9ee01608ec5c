"""`hamdel token` and `hamdel keys init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption

__all__ = ["init", "register", "token"]

RoleOption = Annotated[str, typer.Option("--role", help="admin, manager, agent, analyst, service or customer.")]
CustomerOption = Annotated[UUID | None, typer.Option("--customer", help="Customer id, for the role customer.")]
ScopeOption = Annotated[list[str] | None, typer.Option("--scope", help="Such as pii:read; may be repeated.")]
SubjectOption = Annotated[str | None, typer.Option("--subject", help="Who the token is for.")]
DirOption = Annotated[Path, typer.Option("--dir", help="Folder for the keys.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(token)
    keys = typer.Typer(help="Signing keys for development and compose.", no_args_is_help=True)
    keys.callback()(lambda: None)
    keys.command()(init)
    app.add_typer(keys, name="keys")


def token(
    role: RoleOption,
    home: HomeOption = Path(".hamdel"),
    customer: CustomerOption = None,
    scope: ScopeOption = None,
    subject: SubjectOption = None,
) -> None:
    """Print a JWT, and nothing else."""
    from hamdel_cli.embedded.state import Home
    from hamdel_cli.keys import ROLES

    if role not in ROLES:
        raise CommandFailedError(f"unknown role {role}: one of {', '.join(ROLES)}")
    if role == "customer" and customer is None:
        raise CommandFailedError("the role customer needs --customer ID")
    keys = Home(home).keys
    if not keys.signing_key.exists():
        raise CommandFailedError(f"no signing key in {home}; `hamdel up --home {home}` makes one")
    typer.echo(keys.issue(role, customer_id=customer, scopes=scope or (), subject=subject))


def init(directory: DirOption) -> None:
    """Make the signing key, jwks.json and the service token where they are missing."""
    from hamdel_cli.keys import KeyFolder

    made = KeyFolder(directory).initialise()
    typer.echo(f"{'made' if made else 'already there'}: {directory}")
