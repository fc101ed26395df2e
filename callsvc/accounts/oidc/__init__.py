"""Signing in through the organisation's own accounts: OpenID Connect, found by discovery."""
