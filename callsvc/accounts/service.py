"""The public verbs of accounts, each in the file named after it."""

from callsvc.accounts.access import record_access, record_read, seal_access_log, verify_access_log
from callsvc.accounts.adding import add_account, has_accounts
from callsvc.accounts.changing import (
    change_details,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    switch_password,
    unlink_account,
)
from callsvc.accounts.keys import authenticate_key, create_key, create_own_key, revoke_key, revoke_keys_of
from callsvc.accounts.own import change_own_details, change_own_password, end_other_sessions, end_own_session
from callsvc.accounts.password_links import make_password_link, use_password_link
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.accounts.sessions import resume_session, revoke_sessions, sign_out
from callsvc.accounts.signing_in import sign_in

__all__ = [
    "Principal",
    "add_account",
    "authenticate_key",
    "change_details",
    "change_own_details",
    "change_own_password",
    "change_rights",
    "create_key",
    "create_own_key",
    "disable_account",
    "enable_account",
    "end_other_sessions",
    "end_own_session",
    "end_sessions",
    "has_accounts",
    "make_password_link",
    "record_access",
    "record_read",
    "resume_session",
    "revoke_key",
    "revoke_keys_of",
    "revoke_sessions",
    "scope_condition",
    "seal_access_log",
    "sign_in",
    "sign_out",
    "switch_password",
    "unlink_account",
    "use_password_link",
    "verify_access_log",
]
