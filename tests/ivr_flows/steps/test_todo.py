"""``todo``: loads, keeps where it led, and never runs."""

from ivr_flows import lint

STEPS = """\
  start: {menu: {prompt: ask}, keys: {"1": pay}}
  pay: {todo: "capture-payments: pay", outcomes: {success: done, failed: start}}
  done: {end: done}
"""


def test_an_unfinished_step_ends_the_session_as_broken(call):
    assert call(STEPS).press("1").outcome == "flow-broken"


def test_it_keeps_where_it_led(call):
    exits = call(STEPS).definition.steps["pay"].exits()
    assert [(exit.name, exit.to) for exit in exits] == [
        ("outcomes.success", "done"),
        ("outcomes.failed", "start"),
    ]


def test_it_may_not_be_published(call):
    errors = [finding for finding in lint(call(STEPS).definition) if finding.severity == "error"]
    assert "todo-step" in [finding.id for finding in errors]
