"""Any order of edits, people, questions, answers, starts, stops and lifts: the model says what must follow.

The model knows who did what and how many people were looked at by a second person; it asks our books nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from callsvc.campaigns.approving import approve, ask_approval
from callsvc.campaigns.editing import edit, undo_last_edit
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.needing import set_approval_size
from callsvc.campaigns.service import ACTIONS, add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign, campaign_approval, campaign_change
from callsvc.core.errors import CallsvcError
from callsvc.core.settings import Settings
from callsvc.dialing.stopping import emergency_stop
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, make_country, publish_library
from tests.machines import run_on_postgresql, run_on_sqlite

SIZE, MARGIN = 2, 50
WHO = st.sampled_from(("alice", "bob", "carol"))


class Control(RuleBasedStateMachine):
    make_world: ClassVar[Callable[[], Runtime]]

    def __init__(self) -> None:
        super().__init__()
        self.rt = type(self).make_world()
        with self.rt.db.begin() as tx:
            make_country(tx)
            set_approval_size(tx, SIZE, "admin", margin=MARGIN)
        publish_library(self.rt)
        apply_campaign(self.rt, campaign_file(), "alice")
        self.state, self.people, self.covered = "draft", 0, 0
        self.regions: dict[str, set[str]] = {"here": set(), "seen": set()}
        self.asked_by, self.editor, self.stopped_all = "", "alice", False
        self.files = [(False, "Suivi des contacts")]

    def _holds(self) -> bool:
        """More people, or others, than anybody may call without a (further) second person."""
        if self.people <= SIZE:
            return False
        elsewhere = bool(self.regions["here"] - self.regions["seen"]) and self.waiting
        more = self.people > self.covered + min(SIZE, self.covered * MARGIN // 100)
        return not self.covered or more or elsewhere

    @property
    def waiting(self) -> bool:
        """Nobody is given an outcome here but by an end."""
        return self.state not in ("stopped", "completed")

    def _told(self, expected: str, act: Callable[[], object]) -> None:
        advance(self.rt, 1)
        try:
            act()
        except CallsvcError as refusal:
            assert refusal.id == expected
        else:
            assert expected == ""

    @rule(people=st.integers(1, SIZE + 1), where=st.sampled_from((*[("44", "67")] * 4, ("11", "75"))))
    def people_are_added(self, people: int, where: tuple[str, str]) -> None:
        region, platform = where

        def act() -> None:
            with self.rt.db.begin() as tx:
                numbers = [f"+336399{80000 + self.people + n}" for n in range(people)]
                lives = {"region_code": region, "platform_code": platform}
                add_contacts(tx, "tracing", [make_contact(tx, one, **lives) for one in numbers])

        over = self.state in ("stopped", "completed")  # nothing here completes by itself
        self._told("campaign-over" if over else "", act)
        if not over:
            self.people += people
            self.regions["here"].add(region)
            self._pause_if_held()

    def _pause_if_held(self) -> None:
        if self.state == "running" and self._holds():
            self.state = "paused"

    @rule(by=WHO, holidays=st.booleans(), title=st.sampled_from(("Suivi des contacts", "Autre titre")))
    def somebody_edits(self, by: str, holidays: bool, title: str) -> None:
        def act() -> None:
            with self.rt.db.begin() as tx:
                edit(tx, "tracing", {"call_on_holidays": holidays, "title": title}, by)

        self._changed(act, (holidays, title), by)

    def _changed(self, act: Callable[[], None], after: tuple[bool, str], by: str) -> None:
        before = self.files[-1]
        over = self.state in ("stopped", "completed") and after != before
        self._told("campaign-over" if over else "", act)
        if over or after == before:
            return
        self.files.append(after)
        self.editor = by
        if after[0] != before[0]:
            self.covered, self.asked_by = 0, ""
            self.regions["seen"] = set()
            self._pause_if_held()

    @rule(by=WHO)
    def the_last_edit_is_taken_back(self, by: str) -> None:
        def act() -> None:
            with self.rt.db.begin() as tx:
                undo_last_edit(tx, "tracing", by)

        if len(self.files) == 1:
            self._told("nothing-to-undo", act)
        else:
            self._changed(act, self.files[-2], by)

    @rule(by=WHO)
    def somebody_asks(self, by: str) -> None:
        def act() -> None:
            with self.rt.db.begin() as tx:
                ask_approval(tx, "tracing", by)

        over = self.state in ("stopped", "completed")
        self._told("campaign-over" if over else "", act)
        if not over and not self.asked_by:
            self.asked_by = by  # a new question takes no yes back

    @rule(by=WHO)
    def somebody_approves(self, by: str) -> None:
        def act() -> None:
            with self.rt.db.begin() as tx:
                approve(tx, "tracing", by)

        if not self.asked_by:
            return self._told("approval-not-asked", act)
        if by in (self.asked_by, self.editor):
            return self._told("approval-own", act)
        self._told("", act)
        if self.people >= self.covered:  # of two, the yes that covers more
            self.regions["seen"] = set(self.regions["here"])
        self.covered, self.asked_by = self.people, ""
        return None

    @rule(action=st.sampled_from(("start", "start", "pause", "resume", "resume", "close", "stop")), by=WHO)
    def a_verb(self, action: str, by: str) -> None:
        allowed, target = ACTIONS[action]
        expected = "" if self.state in allowed else "campaign-state"
        if not expected and target == "running":
            expected = "everything-stopped" if self.stopped_all else ""
            expected = expected or ("campaign-needs-approval" if self._holds() else "")
        self._told(expected, lambda: change_state(self.rt, "tracing", action, by))
        if not expected:
            self.state = target

    @rule(by=WHO)
    def everything_is_stopped(self, by: str) -> None:
        self._told("", lambda: emergency_stop(self.rt, None, by))
        self.stopped_all = True
        if self.state == "running":
            self.state = "paused"

    @rule(by=WHO)
    def the_stop_is_lifted(self, by: str) -> None:
        def act() -> None:
            with self.rt.db.begin() as tx:
                assert lift_stop(tx, by) == self.stopped_all

        self._told("", act)
        self.stopped_all = False

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        with self.rt.db.read() as tx:
            assert tx.scalar(sa.select(campaign.c.state)) == self.state
            yes = tx.all(sa.select(campaign_approval).where(campaign_approval.c.state == "approved"))
        assert all(row.decided_by != row.asked_by for row in yes)
        if self.state == "running":
            assert not self._holds()

    @invariant()
    def every_change_has_its_row(self) -> None:
        with self.rt.db.read() as tx:
            edits = tx.all(
                sa.select(campaign_change.c.id).where(
                    campaign_change.c.what.in_(("applied", "edited", "undone"))
                )
            )
        assert len(edits) == len(self.files)


def test_control_follows_its_model_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings
) -> None:
    where = {"template": sqlite_template, "home": tmp_path}
    run_on_sqlite(Control, **where, settings=settings, max_examples=20, stateful_step_count=25)


def test_control_follows_its_model_on_postgresql(postgres_engine: sa.Engine, settings: Settings) -> None:
    run_on_postgresql(
        Control, engine=postgres_engine, settings=settings, max_examples=3, stateful_step_count=20
    )
