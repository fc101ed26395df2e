"""Takes a list of agents in: good lines go in, each bad one is told with its line, column and reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from callsvc.accounts.service import add_account
from callsvc.accounts.tables import account
from callsvc.agents.joining import put_agent
from callsvc.core.errors import CallsvcError, Invalid
from callsvc.organising.agents_file import AgentLine, Refused
from callsvc.platforms.queries import platform_by_code
from callsvc.runtime import Runtime


@dataclass
class Hired:
    """How many lines did what; ``refused`` has each line that was not taken."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)


def hire(rt: Runtime, lines: Iterable[AgentLine | Refused]) -> Hired:
    """Make agents what the list says, a transaction for each: the rest of a bad list is not lost.

    The same list twice changes nothing. Accounts made here have no password: a link or the organisation's
    sign-in opens them.
    """
    done = Hired()
    for line in lines:
        if isinstance(line, Refused):
            done.refused.append(line)
            continue
        try:
            what = _hire(rt, line)
        except CallsvcError as error:
            column = _column(error)
            cell = str(getattr(line, column, ""))
            done.refused.append(
                Refused(line=line.line, column=column, cell=cell, reason=error.id, sentence=error.message)
            )
            continue
        done.added += what == "added"
        done.changed += what == "changed"
        done.same += what is None
    return done


def check(rt: Runtime, lines: Iterable[AgentLine | Refused]) -> Hired:
    """What ``hire`` would refuse, and how many lines it would take (as ``same``); nothing is written."""
    done = Hired()
    known: dict[str, bool] = {}
    for line in lines:
        if isinstance(line, AgentLine) and line.platform not in known:
            known[line.platform] = _platform_known(rt, line.platform)
        if isinstance(line, Refused):
            done.refused.append(line)
        elif known[line.platform]:
            done.same += 1
        else:
            done.refused.append(
                Refused(
                    line=line.line, column="platform", cell=line.platform, reason="platform-unknown",
                    sentence="No platform has this code; it is a department, such as 67.",
                )
            )  # fmt: skip
    return done


def _platform_known(rt: Runtime, code: str) -> bool:
    try:
        with rt.db.read() as tx:
            platform_by_code(tx, code)
    except CallsvcError:
        return False
    return True


def _hire(rt: Runtime, line: AgentLine) -> str | None:
    account_id = _account(rt, line) if line.email and not line.left else None
    with rt.db.begin() as tx:
        return put_agent(
            tx,
            client_name=line.softphone,
            platform_code=line.platform,
            name=line.name,
            languages=line.languages,
            skills=line.skills,
            channels=line.channels,
            team_name=line.team,
            account_id=account_id,
            left=line.left,
        )


def _account(rt: Runtime, line: AgentLine) -> str:
    """The agent's account, made if there is none; ``account-of-another-role`` for an administrator's."""
    with rt.db.read() as tx:
        region = platform_by_code(tx, line.platform).region_code
        row = tx.first(
            sa.select(account.c.id, account.c.role).where(account.c.email == line.email.strip().lower())
        )
    if row is None:
        return add_account(
            rt, line.email, password=None, role="agent", regions=(region,), platforms=(line.platform,),
            name=line.name,
        )  # fmt: skip
    if row.role != "agent":
        raise Invalid("account-of-another-role", "This e-mail is the account of somebody who is no agent.")
    return str(row.id)


def _column(error: CallsvcError) -> str:
    return {
        "platform-unknown": "platform",
        "email-invalid": "email",
        "account-of-another-role": "email",
        "agent-exists": "email",
        "agent-without-skill": "skills",
    }.get(error.id, "")
