"""Campaigns: a purpose, a flow, a list, hours, pacing, retries; and who is in them."""
