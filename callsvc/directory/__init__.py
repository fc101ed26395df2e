"""Whom a call may be transferred to: flows and desks name a target, never a number."""
