"""Signing in, one's own account, and the accounts of others."""

from callsvc.accounts.pages import choosing, managing, organisation, own, signing
from callsvc.accounts.pages.blueprint import blueprint

__all__ = ["blueprint", "choosing", "managing", "organisation", "own", "signing"]
