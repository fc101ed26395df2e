"""The page on imports names everything that is imported, and its table is read as written."""

import re
from pathlib import Path

import pytest

from ivr_flows.importing import read_options
from ivr_flows.importing.floip import BLOCKS
from ivr_flows.importing.floip import UNTRANSLATED as UNTRANSLATED_BLOCKS
from ivr_flows.importing.options import TABLES
from ivr_flows.importing.report import FATES
from ivr_flows.importing.studio import UNTRANSLATED, WIDGETS
from ivr_flows.importing.studio.conditions import OPERATORS

PAGE = (Path(__file__).parents[3] / "docs" / "flow-import.md").read_text("utf-8")
NAMES = {*WIDGETS, *UNTRANSLATED, *OPERATORS, *FATES}
FOUND = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_widget_condition_and_fate_is_in_the_page(name):
    assert name in FOUND


def test_every_block_is_in_the_page():
    written = {name.lower() for name in FOUND}
    older = {"mobileprimitives.selectmanyresponse"}
    assert {*BLOCKS, *UNTRANSLATED_BLOCKS} - older <= written


def test_the_table_of_the_page_is_read():
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    options = read_options(example)
    assert all(getattr(options, table) for table in TABLES)
