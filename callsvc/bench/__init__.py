"""Measurements against the budgets, each beside a baseline taken in the same run."""
