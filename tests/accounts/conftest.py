"""What hashes passwords outside tests: read before the session's quick one takes its place."""

from callsvc.accounts import passwords

REAL = passwords._hasher
