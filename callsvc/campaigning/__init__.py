"""Campaigns in the console: the list, the wizard that makes one, its page, and everything done to it there.

It stands above dialing, messages and contacts, whose use cases its pages call; the campaigns themselves know
nothing of it.
"""
