"""What every capability stands on: clock, ids, database, errors, events, jobs, keys, settings. Knows no capability."""
