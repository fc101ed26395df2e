"""Who reacts to what: one table. Read it to learn what happens when a call ends.

A reaction runs inside the transaction that raised the event, in the order written here.
"""

from callsvc.core.events import Reactions

REACTIONS: Reactions = {}
