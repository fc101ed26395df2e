"""``callsvc user``: accounts and API keys, for whoever runs the machine.

They may give any right, for they hold the database; the last administrator stays for them too.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from callsvc.accounts.adding import require_regions
from callsvc.accounts.changing import switch_password
from callsvc.accounts.keys import create_key
from callsvc.accounts.queries import account_by_email, places_of
from callsvc.accounts.service import (
    add_account,
    change_details,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    make_password_link,
    revoke_keys_of,
    unlink_account,
)
from callsvc.accounts.tables import ROLES, account
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group()
def user() -> None:
    """People who sign in, and the keys of machines."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--region", "regions", multiple=True, required=True, help="A region code, or * for all.")
@click.option("--platform", "platforms", multiple=True, help="Only this platform of its regions.")
@click.option("--name", default="", help="The name shown on the pages.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not a prompt.")
@click.option("--link", is_flag=True, help="No password: print a link by which its owner chooses one.")
@click.option("--must-change", is_flag=True, help="The password must be changed at the first sign-in.")
@form
@click.pass_obj
def add(
    make_rt: MakeRuntime, /, *, email: str, password_stdin: bool, link: bool, form: str, **values: Any
) -> None:
    """Add an account for EMAIL."""
    password = None
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not link:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    rt = make_rt()
    require_regions(rt, values["regions"])
    account_id = add_account(rt, email, password=password, **values)
    told = {"account_id": account_id}
    if link:
        told["link"] = _link(rt, account_id)
    _say(form, told, f"Added {account_id}." + (f" {told['link']}" if link else ""))


@user.command("list")
@form
@click.pass_obj
def list_accounts(make_rt: MakeRuntime, form: str) -> None:
    """Who may sign in, as what, where."""
    with make_rt().db.read() as tx:
        rows = tx.all(sa.select(account).order_by(account.c.email))
        places = places_of(tx, [row.id for row in rows])
    told = [
        {
            "account_id": row.id,
            "email": row.email,
            "role": row.role,
            "places": places[row.id],
            "disabled": row.disabled_at is not None,
        }
        for row in rows
    ]
    lines = [
        f"{one['email']}  {one['role']}  {', '.join(places[row.id])}{'  disabled' * bool(one['disabled'])}"
        for row, one in zip(rows, told, strict=True)
    ]
    _say(form, told, "\n".join(lines) or "No account yet.")


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default=None)
@click.option("--region", "regions", multiple=True, help="Region codes instead of those it has; * for all.")
@click.option("--platform", "platforms", multiple=True, help="Only these platforms of its regions.")
@click.option("--all-platforms", is_flag=True, help="All platforms of its regions again.")
@click.option("--name", default=None)
@click.option("--language", type=click.Choice(["fr", "en"]), default=None)
@form
@click.pass_obj
def edit(
    make_rt: MakeRuntime,
    *,
    email: str,
    role: str | None,
    regions: tuple[str, ...],
    platforms: tuple[str, ...],
    all_platforms: bool,
    name: str | None,
    language: str | None,
    form: str,
) -> None:
    """Change what EMAIL may do, or its name or language; other rights sign it out."""
    rt = make_rt()
    account_id = _id(rt, email)
    require_regions(rt, regions)
    wanted = platforms or (() if all_platforms else None)
    rights = change_rights(rt, None, account_id, role=role, regions=regions or None, platforms=wanted)
    details = change_details(rt, None, account_id, name=name, language=language)
    changed = rights or details
    _say(form, {"account_id": account_id, "changed": changed}, "Changed." if changed else "As it was.")


@user.command()
@click.argument("email")
@form
@click.pass_obj
def reset(make_rt: MakeRuntime, email: str, form: str) -> None:
    """End EMAIL's password and sessions (not its keys), and print a link to choose another."""
    rt = make_rt()
    address = _link(rt, _id(rt, email))
    _say(form, {"link": address}, address)


def _act(name: str, what: Callable[[Runtime, None, str], object], about: str) -> None:
    @user.command(name, help=about)
    @click.argument("email")
    @form
    @click.pass_obj
    def act(make_rt: MakeRuntime, email: str, form: str) -> None:
        rt = make_rt()
        account_id = _id(rt, email)
        what(rt, None, account_id)
        _say(form, {"account_id": account_id}, "Done.")


_act("disable", disable_account, "Nobody signs in to EMAIL any more; its sessions and keys end.")
_act("enable", enable_account, "EMAIL may be used again, with the rights it had.")
_act("sign-out", end_sessions, "End all sessions of EMAIL.")
_act("revoke-keys", revoke_keys_of, "End all API keys of EMAIL.")
_act("unlink", unlink_account, "Forget whom the organisation's sign-in takes for EMAIL.")
_act(
    "password-off",
    lambda rt, by, id: switch_password(rt, by, id, off=True),
    "EMAIL signs in through the organisation alone.",
)
_act(
    "password-on",
    lambda rt, by, id: switch_password(rt, by, id, off=False),
    "EMAIL may sign in with its password again.",
)


@user.command()
@click.argument("email")
@click.option("--scopes", required=True, help="Space-separated: desk report campaigns...")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Works before this day (UTC).")
@form
@click.pass_obj
def key(make_rt: MakeRuntime, *, email: str, scopes: str, until: datetime | None, form: str) -> None:
    """Make an API key for EMAIL and print it, once."""
    expires_at = until.replace(tzinfo=UTC) if until else None
    token = create_key(make_rt(), email, tuple(scopes.split()), expires_at=expires_at)
    _say(form, {"key": token}, token)


def _id(rt: Runtime, email: str) -> str:
    with rt.db.read() as tx:
        return str(account_by_email(tx, email).id)


def _link(rt: Runtime, account_id: str) -> str:
    token = make_password_link(rt, None, account_id)
    return f"{rt.settings.public_base_url.rstrip('/')}/console/choose-password#{token}"


def _say(form: str, told: object, text: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if form == "json" else text)
