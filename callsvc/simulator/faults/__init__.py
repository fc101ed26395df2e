"""Planned misfortune: what goes wrong, where, when and how often; kept in the ledger and replayable."""
