"""What every capability stands on: clocks, ids, database, errors, events, jobs, keys, settings."""
