"""One check a file; each takes facts and returns a ``CheckResult`` with a stable id."""
