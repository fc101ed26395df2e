"""The simulator's own interface, under /_simulator: people, numbers, faults, and the true ledger."""
