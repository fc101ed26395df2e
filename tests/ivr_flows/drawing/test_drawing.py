"""A drawing shows every step and every exit, overlaps nowhere, and says the same twice."""

import os
import re
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from ivr_flows import library, load
from ivr_flows.drawing import count, draw
from ivr_flows.drawing.boxes import boxes_of
from ivr_flows.drawing.layers import Edge, layered
from ivr_flows.drawing.places import placed, spread
from ivr_flows.steps import REPEAT
from ivr_flows.testing import run

GOLDEN = Path(__file__).with_name("small.svg")
SMALL = """\
  start:
    on_machine: bye
    menu: {prompt: ask}
    keys: {"1": ask_again, "2": bye}
    on_timeout: repeat
    on_exhausted: bye
  ask_again: {branch: [{when: "a < 2 and b == '<&\\"'", next: start}], otherwise: bye}
  bye: {say: bye, end: done}
"""
COUNTS = {"start.begin": 12, "start.keys.1": 6, "start.hangup": 2, "start.on_timeout": 3, "start.fax": 2}


def svg_of(text, *args, **options):
    return fromstring(draw(load(text), *args, **options))


def words(svg):
    return [element.text for element in svg.iter() if element.tag.endswith("}text")]


def test_the_small_drawing_is_as_it_was_reviewed(flow_text):
    drawn = draw(load(flow_text(SMALL)), COUNTS) + "\n"
    if os.environ.get("WRITE_GOLDENS"):
        GOLDEN.write_text(drawn, "utf-8")
    assert drawn == GOLDEN.read_text("utf-8"), "WRITE_GOLDENS=1 renews small.svg; look at it then"


@pytest.mark.parametrize("name", library.names())
def test_every_step_is_drawn_and_every_exit_leads_somewhere(name):
    definition = load(library.flow_text(name))
    svg = fromstring(draw(definition))
    titles = [element.text for element in svg.iter() if element.tag.endswith("}title")]
    for step in definition.steps.values():
        assert any(title.startswith(f"{step.name}: ") for title in titles)
        for exit in step.exits():
            if exit.to not in (REPEAT, step.name):
                assert any(t.startswith(f"{step.name}, ") and t.endswith(f": {exit.to}") for t in titles)


@pytest.mark.parametrize("name", library.names())
def test_no_two_steps_overlap(name):
    boxes = boxes_of(load(library.flow_text(name)), {})
    edges = [Edge(b.name, i, r.to) for b in boxes.values() for i, r in enumerate(b.rows) if r.to]
    places = placed(layered(list(boxes), edges), boxes)
    frames = [(places.left[n], places.top[n], b.width, b.height) for n, b in boxes.items()]
    for number, (x, y, wide, high) in enumerate(frames):
        for other_x, other_y, other_wide, other_high in frames[number + 1 :]:
            apart = x + wide <= other_x or other_x + other_wide <= x or y + high <= other_y
            assert apart or other_y + other_high <= y


def test_what_a_flow_says_is_text_and_nothing_else(flow_text):
    svg = svg_of(flow_text(SMALL))
    assert any(word.startswith("a < 2 and b == '<&\"'") for word in words(svg))


def test_a_drawing_for_a_page_brings_no_style_of_its_own(flow_text):
    drawn = draw(load(flow_text(SMALL)), COUNTS)
    assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=", drawn)
    assert "prefers-color-scheme:dark" in draw(load(flow_text(SMALL)), alone=True)


def test_it_has_a_title_and_a_description_that_name_the_flow(flow_text):
    svg = svg_of(flow_text(SMALL), COUNTS)
    ids = {element.get("id"): element.text for element in svg.iter()}
    title, described = (ids[name] for name in svg.get("aria-labelledby").split())
    assert title == "Essai"
    assert described == "3 steps and 6 ways between them. end: done. 2 left on the way."


def test_figures_add_up_and_asking_again_loses_nobody(flow_text):
    said = words(svg_of(flow_text(SMALL), COUNTS))
    assert "6 (60%)" in said
    assert "left here: 2 of 10 (20%)" in said
    assert "silence ↻" in said
    assert "fax" in said
    assert said[said.index("silence ↻") + 1] == "3"
    assert said.count("nobody came") == 2


def test_the_conversations_of_a_flow_can_be_counted_and_drawn():
    definition = load(library.flow_text("front-desk"))
    counts = count(
        result.path for result in run(definition, library.conversations_text("front-desk")).results
    )
    said = words(fromstring(draw(definition, counts)))
    assert "left here: 1 of 6 (17%)" in said
    assert "end: connected" in said


def test_a_step_stands_after_all_that_lead_to_it_and_a_way_back_moves_nothing():
    edges = [Edge("a", 0, "b"), Edge("b", 0, "c"), Edge("a", 1, "c"), Edge("c", 0, "a")]
    layers = layered(["a", "b", "c", "lost"], edges)
    assert layers.back == [edges[3]]
    column = {name: number for number, names in enumerate(layers.columns) for name in names}
    assert (column["a"], column["b"], column["c"], column["lost"]) == (0, 1, 2, 0)


def test_places_are_the_nearest_that_overlap_nowhere():
    assert spread([0, 100], [10, 10]) == [0, 100]
    assert spread([50, 40, 30], [10, 10, 10]) == [12, 40, 68]


def test_a_way_to_a_step_that_was_never_written_is_left_out(flow_text):
    drawn = draw(load(flow_text('  start: {menu: {prompt: ask}, keys: {"1": nowhere, "2": start}}\n')))
    assert 'class="edge"' not in drawn
    assert "key 2 ↻" in drawn
