"""The TwiML interpreter: one verb per file, the table of verbs in `verbs.py`."""
