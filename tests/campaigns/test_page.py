"""The page about campaigns shows a file that is accepted as it stands."""

import re
from pathlib import Path

from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.rules import FINAL_REASONS

PAGE = Path(__file__).parents[2] / "docs/campaigns.md"


def test_the_example_is_a_valid_campaign() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert read_campaign(example).id == "tracing-2020-11"


def test_every_reason_that_never_heals_is_explained() -> None:
    page = PAGE.read_text("utf-8")
    assert {reason for reason in FINAL_REASONS if f"`{reason}`" not in page} == set()
