"""Mutual aid by agreement and on purpose: who may help whom, lending, asking, what it would do."""
