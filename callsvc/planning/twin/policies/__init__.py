"""Policies the twin plays on the same calls: ours, and those it is measured against."""
