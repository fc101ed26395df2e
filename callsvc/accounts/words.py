"""Roles and scopes as people read them, in their language."""

from flask_babel import lazy_gettext as _

ROLE_WORDS = {
    "administrator": _("Administrator"),
    "supervisor": _("Supervisor"),
    "agent": _("Agent"),
    "operator": _("Operator"),
    "auditor": _("Auditor"),
}
SCOPE_WORDS = {
    "accounts": _("Accounts: add and change them"),
    "audit": _("Access log: read it"),
    "campaigns": _("Campaigns: prepare, start, stop"),
    "contacts": _("People: import, read, change"),
    "desk": _("Desk: take calls"),
    "flows": _("Flows: publish"),
    "operations": _("Operations: health, incidents"),
    "report": _("Figures: read"),
    "listening": _("Agents' conversations: listen, whisper, speak"),
    "routing": _("Queues and mutual aid: see, declare"),
}
LANGUAGE_WORDS = (("fr", "Français"), ("en", "English"))
