"""One open stream: what it listens to, and what it has not been told yet.

What waits is kept by word, so that it never takes more memory than the words the listener gave: a connection
that takes nothing for a while is told, once it does, each word once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from callsvc.accounts.scope import Principal
from callsvc.core.changes import Change

QUIET_S = (
    1.0  # between two events for pages: the first is told at once, the web process is asked once a second
)


@dataclass(frozen=True)
class Credential:
    """What let this listener in, and must still hold: a session or a key, by its id."""

    kind: str  # session, key
    id: str


@dataclass(eq=False)
class Listener:
    """``words`` are what the hub looks up, each with the word the listener itself used for it."""

    principal: Principal
    credential: Credential
    words: Mapping[str, str]
    agent_id: str = ""  # whose desk this account opens
    token: str = ""
    resync_at: float = inf
    ending: str = ""  # the last event of this stream, once it is to end: signed-out, later
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: dict[str, int] = field(default_factory=dict)  # own word -> version
    _versions: dict[str, int] = field(default_factory=dict)  # the newest told
    _quiet_until: float = 0.0

    def hears(self, change: Change) -> bool:
        """Whether this change is theirs to know of; their words were checked when they came."""
        if change.topic == "desk":
            return change.subject == self.agent_id
        return not change.region or self.principal.works_in(change.region)

    def note(self, word: str, version: int = 0) -> None:
        """Something of this word (as the hub spells it) changed; what they know already is left out."""
        own = self.words[word]
        if version and version <= max(self._versions.get(own, 0), self._waiting.get(own, 0)):
            return
        if own not in self._waiting:
            self.woken.set()
        self._waiting[own] = version

    def version(self, word: str) -> int:
        """The newest they were told; 0 for what has none."""
        return self._versions.get(self.words[word], 0)

    def take(self, now: float) -> dict[str, int]:
        """The words that may be told now, with their versions. All but a desk's then keep quiet for a moment.

        One moment for all of them: a part of a page may show several, and is fetched once for what changed
        of each.
        """
        due = {word: version for word, version in self._waiting.items() if self._free_at(word) <= now}
        for word, version in due.items():
            del self._waiting[word]
            if _at_once(word):
                self._versions[word] = version
            else:
                self._quiet_until = now + QUIET_S
        return due

    def take_resync(self, now: float) -> bool:
        """Whether they are to look at everything again now; what waited for them is part of that."""
        if self.resync_at > now:
            return False
        self.resync_at = inf
        self._waiting.clear()
        return True

    def next_at(self) -> float:
        """When something is to be said, if nothing else happens."""
        return min([self.resync_at, *(self._free_at(word) for word in self._waiting)])

    @property
    def up_to_date(self) -> bool:
        """They have been told everything that is known."""
        return not self._waiting and self.resync_at == inf

    def resync(self, at: float) -> None:
        self.resync_at = min(self.resync_at, at)
        self.woken.set()

    def end(self, event: str) -> None:
        self.ending = self.ending or event
        self.woken.set()

    def _free_at(self, word: str) -> float:
        return 0.0 if _at_once(word) else self._quiet_until


def _at_once(word: str) -> bool:
    """An offer must reach its agent within a tenth of a second."""
    return word.partition(":")[0] == "desk"
