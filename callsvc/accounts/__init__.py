"""Who may sign in, as what, for which regions; sessions, keys, and the log of who read what."""
