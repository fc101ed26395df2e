"""What can change while somebody watches: every topic, what it means, who may hear of it.

A use case says ``tx.changed("figures", region="44")``; a page listens to the words of what it shows:

    figures            anything of this topic that the listener may see
    figures:44         of this region only              (topics by region)
    campaign:tracing   of this very thing only          (topics by subject)

Words carry codes and ids, never a number or a name.
"""

from dataclasses import dataclass
from typing import Literal

TopicName = Literal[
    "figures", "queue", "agents", "aid", "campaign", "desk", "operations", "accounts", "sessions", "resync"
]


@dataclass(frozen=True)
class Topic:
    """``by`` says what may stand behind the colon; an empty ``scope``: no page may listen."""

    meaning: str
    scope: str
    by: Literal["region", "subject"]


TOPICS: dict[TopicName, Topic] = {
    "figures": Topic("counts of the day: attempts, calls, conversations, outcomes", "report", "region"),
    "queue": Topic("somebody began to wait, was offered to an agent, or left", "report", "region"),
    "agents": Topic("an agent's activity or state", "report", "region"),
    "aid": Topic("an agreement between regions, or a region being aided", "report", "region"),
    "campaign": Topic("a campaign's state, or how far it has come", "report", "subject"),
    "desk": Topic("what one agent's desk shows; the version is the agent's fence", "desk", "subject"),
    "operations": Topic("an incident was reported, or the health of a part changed", "operations", "subject"),
    "accounts": Topic("an account or its rights", "accounts", "subject"),
    "sessions": Topic("a session or key of this account ended, or its rights changed", "", "subject"),
    "resync": Topic("some changes were lost on their way: look at everything again", "", "subject"),
}
