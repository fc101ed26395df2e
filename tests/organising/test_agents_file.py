"""A spreadsheet of agents: good lines go in, bad ones are told by line, column and reason."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from callsvc.accounts.service import add_account
from callsvc.accounts.tables import account
from callsvc.agents.service import declare_activity
from callsvc.agents.tables import agent, agent_skill, team
from callsvc.core.errors import Conflict, Invalid
from callsvc.organising.agents_file import AgentLine, Refused, read_agents
from callsvc.organising.cli import agents
from callsvc.organising.hiring import Hired, check, hire
from callsvc.platforms.service import put_platform, put_region
from callsvc.runtime import Runtime

LIST = """Poste;Nom;Plateforme;Équipe;Langues;Compétences;Canaux;Courriel;Parti
agent-1;Agent 1;67;Suivi A;fr ar;tracing:2 front-desk;voice sms;agent1@example.org;
agent-2;Agent 2;67;Suivi A;;tracing;;;
agent-3;Agent 3;68;Accueil;fr;front-desk;;;
"""


@pytest.fixture
def mapped(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        put_region(tx, "44", name="Grand Est", zone="Europe/Paris")
        for code in ("67", "68"):
            put_platform(tx, code, name=code, region_code="44")
    return rt


def counts(done: Hired) -> tuple[int, int, int, list[tuple[int, str, str]]]:
    return done.added, done.changed, done.same, [(one.line, one.column, one.reason) for one in done.refused]


def test_a_list_makes_agents_teams_and_accounts_and_twice_changes_nothing(mapped: Runtime) -> None:
    assert counts(hire(mapped, read_agents(LIST))) == (3, 0, 0, [])
    assert counts(hire(mapped, read_agents(LIST))) == (0, 0, 3, [])
    with mapped.db.read() as tx:
        first = tx.first(sa.select(agent).where(agent.c.client_name == "agent-1"))
        assert first is not None
        assert (first.languages, first.channels, first.region_code) == ("fr ar", "voice sms", "44")
        skills = tx.all(sa.select(agent_skill).where(agent_skill.c.agent_id == first.id))
        assert {row.skill: row.level for row in skills} == {"tracing": 2, "front-desk": 1}
        assert tx.scalar(sa.select(account.c.role).where(account.c.id == first.account_id)) == "agent"
        assert sorted(row.name for row in tx.all(sa.select(team))) == ["Accueil", "Suivi A"]


def test_who_is_marked_as_gone_is_never_on_duty_again_until_a_list_brings_them_back(mapped: Runtime) -> None:
    hire(mapped, read_agents(LIST))
    with mapped.db.begin() as tx:
        mine = tx.scalar(sa.select(agent.c.id).where(agent.c.client_name == "agent-2"))
        declare_activity(tx, mine, "available")
    gone = LIST.replace("agent-2;Agent 2;67;Suivi A;;tracing;;;", "agent-2;Agent 2;67;Suivi A;;;;;oui")
    assert counts(hire(mapped, read_agents(gone)))[:2] == (0, 1)
    with mapped.db.begin() as tx:
        assert tx.scalar(sa.select(agent.c.activity).where(agent.c.id == mine)) == "offline"
        with pytest.raises(Conflict, match="agent-left"):
            declare_activity(tx, mine, "available")
    hire(mapped, read_agents(LIST))
    with mapped.db.begin() as tx:
        assert declare_activity(tx, mine, "available")


def test_nobody_is_moved_in_the_middle_of_a_call(mapped: Runtime) -> None:
    hire(mapped, read_agents(LIST))
    with mapped.db.begin() as tx:
        tx.update(agent, agent.c.client_name == "agent-3", state="on-call", reservation_id="rsv")
    done = hire(mapped, read_agents(LIST.replace("agent-3;Agent 3;68", "agent-3;Agent 3;67")))
    assert counts(done) == (0, 0, 2, [(4, "", "agent-busy")])


BAD = """softphone,name,platform,skills,languages,channels
,Agent 1,67,tracing,,
agent 2,Agent 2,67,tracing,,
agent-3,Agent 3,99,tracing,,
agent-4,Agent 4,67,tracing:9,,
agent-5,Agent 5,67,,,
agent-6,Agent 6,67,tracing,french,
agent-7,Agent 7,67,tracing,,pigeon
agent-8,Agent 8,67,tracing,,
agent-8,Agent 8,67,tracing,,
"""
REFUSED = [
    (2, "softphone", "cell-empty"),
    (3, "softphone", "softphone-invalid"),
    (4, "platform", "platform-unknown"),
    (5, "skills", "skill-invalid"),
    (6, "skills", "agent-without-skill"),
    (7, "languages", "language-invalid"),
    (8, "channels", "channel-unknown"),
    (10, "softphone", "softphone-twice"),
]


def test_each_bad_line_is_told_and_the_good_ones_go_in(mapped: Runtime) -> None:
    assert counts(check(mapped, read_agents(BAD))) == (0, 0, 1, REFUSED)
    assert counts(hire(mapped, read_agents(BAD))) == (1, 0, 0, REFUSED)


def test_an_account_of_another_role_does_not_become_an_agents(mapped: Runtime) -> None:
    add_account(mapped, "agent1@example.org", password=None, role="supervisor", regions=("44",))
    assert counts(hire(mapped, read_agents(LIST)))[3] == [(2, "email", "account-of-another-role")]


def test_a_list_without_a_header_is_refused() -> None:
    with pytest.raises(Invalid, match=r"agents-file-invalid: .*softphone, name, platform"):
        list(read_agents("agent-1;Agent 1;67\n"))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    header = "softphone;name;platform;skills\n"
    for found in read_agents(header + text):
        assert isinstance(found, AgentLine | Refused)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_operator_takes_a_list_in_by_a_command(mapped: Runtime, tmp_path: Path) -> None:
    file, rejects = tmp_path / "agents.csv", tmp_path / "rejects.csv"
    file.write_bytes(LIST.replace("agent-3", "=agent-3").encode("cp1252"))
    done = CliRunner().invoke(agents, ["import", str(file), "--rejects", str(rejects)], obj=lambda: mapped)
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "line 4, softphone: softphone-invalid: Letters, digits, dot, underscore and hyphen; 60 at most.",
        "2 added, 0 changed, 0 as they were, 1 refused",
    ]
    assert "'=agent-3" in rejects.read_text("utf-8-sig")  # no spreadsheet takes it for a formula
