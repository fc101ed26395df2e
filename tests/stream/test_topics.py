"""The page of the topics is the code's."""

import re
from pathlib import Path
from typing import get_args

from callsvc.accounts.scope import SCOPES
from callsvc.core.topics import TOPICS, TopicName

PAGE = Path(__file__).parents[2] / "docs" / "live.md"


def test_every_topic_that_can_be_heard_is_on_the_page_with_its_scope() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (\w+) \| ", PAGE.read_text(), re.MULTILINE)
    assert dict(rows) == {name: topic.scope for name, topic in TOPICS.items() if topic.scope}


def test_every_topic_is_known_and_asks_for_a_scope_that_exists() -> None:
    assert set(TOPICS) == set(get_args(TopicName))
    assert {topic.scope for topic in TOPICS.values()} - {""} <= set(SCOPES)
