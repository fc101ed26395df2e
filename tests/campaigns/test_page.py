"""The page about campaigns shows a file that is accepted as it stands."""

import re
from pathlib import Path

from callsvc.campaigns.definition import read_campaign

PAGE = Path(__file__).parents[2] / "docs/campaigns.md"


def test_the_example_is_a_valid_campaign() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert read_campaign(example).id == "tracing-2020-11"
