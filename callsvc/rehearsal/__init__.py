"""The stage on which a campaign is rehearsed: a world of its own with an embedded carrier, then thrown away.

Everything on it is real but the people: the service's own planner, claims, webhooks and flows, on a database
in a temporary directory, under a clock that is stepped. The carrier is one that this package starts itself on
127.0.0.1; a stage whose carrier is anywhere else is not opened (`stage.py`).
"""
