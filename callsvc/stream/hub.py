"""Who listens to what; how far everything has come; what was said of late, for those who come back.

All of it belongs to the event loop's thread, and nothing here waits.
"""

import random
import time
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import islice

from callsvc.core.changes import Change
from callsvc.core.topics import TopicName
from callsvc.stream.entries import START, Entry, Place, words_of
from callsvc.stream.listener import Listener

REMEMBERED = 5_000  # entries kept here for listeners that come back
RESYNC_EACH_S = 0.004  # everybody is not sent to the web process at the same moment...
LONGEST_SPREAD_S = 3.0  # ...and nobody waits longer than this


class Hub:
    def __init__(
        self, now: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self.now = now
        self.chance = chance
        self.listeners: set[Listener] = set()
        self.accounts: Counter[str] = Counter()
        self.place: Place = START  # everything up to here was noted for everybody who should hear of it
        self.told_at: dict[TopicName, float] = {}
        self.on_sessions: Callable[[str], None] = lambda _account_id: None
        self._by_word: defaultdict[str, set[Listener]] = defaultdict(set)
        self._history: deque[Entry] = deque(maxlen=REMEMBERED)

    def join(self, listener: Listener, since: Place | None) -> None:
        """Listen from now on, and be told what happened after ``since``, or to look at everything again."""
        self.listeners.add(listener)
        self.accounts[listener.principal.account_id] += 1
        for word in listener.words:
            self._by_word[word].add(listener)
        if since is None:
            return
        missed = self._after(since)
        if missed is None:
            listener.resync(self.now())
        for entry in missed or ():
            for change in entry.changes:
                self._note(change, listener)

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        self.accounts[listener.principal.account_id] -= 1
        self.accounts += Counter()  # drop those at zero
        for word in listener.words:
            self._by_word[word].discard(listener)
            if not self._by_word[word]:
                del self._by_word[word]

    def begin(self, history: Sequence[Entry]) -> None:
        """What is published can be read (again): this is what it says of the past, which may have gaps."""
        first = not self._history
        self._history.clear()
        self._history.extend(history)
        self.place = history[-1].place
        if not first or self.listeners:
            self.resync()

    def tell(self, entry: Entry) -> None:
        self._history.append(entry)
        for change in entry.changes:
            if change.topic == "resync":
                self.resync()
            elif change.topic == "sessions":
                self.on_sessions(change.subject)
            else:
                self._spread(change)
        self.place = entry.place

    def tell_topic(self, topic: TopicName) -> None:
        """Something of this topic changed, nobody knows what: tell all who listen to any of it."""
        for word, listeners in self._by_word.items():
            if word.partition(":")[0] == topic:
                for listener in listeners:
                    listener.note(word)

    def tell_version(self, word: str, version: int) -> None:
        for listener in self._by_word.get(word, ()):
            if version > listener.version(word):
                listener.note(word, version)

    def resync(self) -> None:
        """Have everybody look at everything again, one after the other."""
        spread_s = min(LONGEST_SPREAD_S, RESYNC_EACH_S * len(self.listeners))
        for listener in self.listeners:
            listener.resync(self.now() + spread_s * self.chance())

    def of_account(self, account_id: str) -> list[Listener]:
        return [one for one in self.listeners if one.principal.account_id == account_id]

    def words(self, topic: TopicName) -> list[str]:
        """The words of this topic that anybody listens to."""
        return [word for word in self._by_word if word.partition(":")[0] == topic]

    def close(self) -> None:
        for listener in self.listeners:
            listener.end("later")

    def _spread(self, change: Change) -> None:
        self.told_at[change.topic] = self.now()
        for word in words_of(change):
            for listener in self._by_word.get(word, ()):
                if listener.hears(change):
                    listener.note(word, change.version)

    def _note(self, change: Change, listener: Listener) -> None:
        for word in words_of(change):
            if word in listener.words and listener.hears(change):
                listener.note(word, change.version)
        if change.topic == "resync":
            listener.resync(self.now())

    def _after(self, since: Place) -> list[Entry] | None:
        """What was said after ``since``; None when that is not known any more."""
        if not self._history or since < self._history[0].place:
            return None
        start = bisect_right(self._history, since, key=lambda entry: entry.place)
        return list(islice(self._history, start, None))
