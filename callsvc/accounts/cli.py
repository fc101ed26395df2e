"""``callsvc user``: accounts and API keys."""

import json
import sys
from collections.abc import Callable

import click

from callsvc.accounts.keys import create_key
from callsvc.accounts.service import add_account
from callsvc.accounts.tables import ROLES
from callsvc.runtime import Runtime


@click.group()
def user() -> None:
    """People who sign in, and the keys of machines."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--region", "regions", multiple=True, required=True, help="A region code, or * for all.")
@click.option("--name", default="", help="The name shown on the pages.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not a prompt.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def add(
    make_rt: Callable[[], Runtime],
    *,
    email: str,
    role: str,
    regions: tuple[str, ...],
    name: str,
    language: str,
    password_stdin: bool,
    form: str,
) -> None:
    """Add an account for EMAIL."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    account_id = add_account(
        make_rt(), email, password=password, role=role, regions=regions, name=name, language=language
    )
    click.echo(json.dumps({"account_id": account_id}) if form == "json" else f"Added {account_id}.")


@user.command()
@click.argument("email")
@click.option("--scopes", required=True, help="Space-separated: desk report campaigns...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def key(make_rt: Callable[[], Runtime], email: str, scopes: str, form: str) -> None:
    """Make an API key for EMAIL and print it, once."""
    token = create_key(make_rt(), email, tuple(scopes.split()))
    click.echo(json.dumps({"key": token}) if form == "json" else token)
