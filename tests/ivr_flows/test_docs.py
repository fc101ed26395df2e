"""The flow reference leaves nothing out, and its examples are read as written."""

import re
from pathlib import Path

import pytest

from ivr_flows import RESERVED_OUTCOMES, VOCABULARY, library, load
from ivr_flows.conversations import read_conversations
from ivr_flows.lint import CHECKS
from ivr_flows.steps import BELONGS, ORDER
from ivr_flows.testing import run

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NAMES = {
    *(check.__name__.replace("_", "-") for check in CHECKS),
    *RESERVED_OUTCOMES,
    *(name.rpartition(".")[2] for name in VOCABULARY),
    *ORDER,
    *BELONGS,
    *library.names(),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_is_in_the_reference(name):
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", PAGE)


def test_the_example_flow_loads():
    assert load(EXAMPLES[0]).id == "contact-tracing"


def test_the_example_conversation_holds():
    assert read_conversations(EXAMPLES[-1])[0].name == "No symptoms, advice by SMS"
    assert run(load(library.flow_text("contact-tracing")), EXAMPLES[-1]).passed
