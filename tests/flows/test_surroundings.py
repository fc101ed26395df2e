"""What is wrong with a flow here is one answer: for the editor, for publishing, for the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from callsvc.core.errors import Invalid
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.flows.examining import examine_as
from callsvc.flows.service import publish
from callsvc.flows.surroundings import kind_of_sender
from callsvc.runtime import Runtime
from callsvc.webhooks.cli import flow
from tests.factories import make_country

FLOW = """\
schema: 1
id: desk
title: {fr: Accueil}
direction: inbound
languages: [fr]
channels: [voice, sms]
limits: {steps: 60, visits_per_step: 6}
prompts:
  q: {says: neutral, fr: {text: "Tapez 1.", sms: "Répondez 1."}}
  bye: {says: neutral, fr: {text: "Au revoir."}}
steps:
  start: {menu: {prompt: q}, keys: {"1": samu}, on_exhausted: bye}
  samu: {transfer: {to: samu}, on_closed: bye, next: bye}
  bye: {say: bye, end: done}
"""
TARGET = 'targets: [{name: samu, title: SAMU, number: "+33199000067"}]'


def ids(rt: Runtime, *senders: str) -> list[str]:
    with rt.db.read() as tx:
        return sorted({finding.id for finding in examine_as(tx, "desk", FLOW, senders).findings})


def lint(rt: Runtime, path: Path, *options: str) -> list[dict[str, str]]:
    told = CliRunner().invoke(flow, ["lint", "--format", "json", str(path), *options], obj=lambda: rt)
    found: list[dict[str, str]] = json.loads(told.output)[str(path)]
    return found


def test_a_name_outside_the_directory_is_found_while_writing_and_by_the_command(
    rt: Runtime, tmp_path: Path
) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(FLOW, "utf-8")
    with rt.db.begin() as tx:
        make_country(tx)
    assert ids(rt) == ["transfer-unknown"]
    assert [one["id"] for one in lint(rt, path, "--here")] == ["transfer-unknown"]
    assert [one["id"] for one in lint(rt, path)] == ["need-unchecked"]
    [said] = lint(rt, path, "--here", "--language", "fr")
    assert said["message"] == "l'annuaire n'a pas 'samu'"
    with pytest.raises(Invalid, match="transfer-unknown"), rt.db.begin() as tx:
        publish(tx, FLOW, "test")
    apply_directory(rt, read_directory(TARGET), "test")
    assert ids(rt) == [] and lint(rt, path, "--here") == []
    with rt.db.begin() as tx:
        publish(tx, FLOW, "test")


def test_a_question_by_sms_from_a_name_that_nobody_can_answer_is_found(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        make_country(tx)
    apply_directory(rt, read_directory(TARGET), "test")
    assert ids(rt, "+33937000100") == ids(rt, "36105") == []
    assert ids(rt, "AMELI", "36105") == ["menu-on-one-way-sender"]
    with pytest.raises(Invalid, match="menu-on-one-way-sender"), rt.db.begin() as tx:
        publish(tx, FLOW, "test", senders=["AMELI"])


def test_a_sender_is_known_by_how_it_is_written() -> None:
    kinds = [kind_of_sender(one) for one in ("AMELI", "36105", "+33937000100", "Ameli36")]
    assert kinds == ["alphanumeric", "short-code", "long-code", "alphanumeric"]
