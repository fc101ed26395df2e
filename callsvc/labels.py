"""The words of the tables as people read them, in their language."""

from flask_babel import lazy_gettext as _

STATES = {
    "draft": _("draft"),
    "running": _("running"),
    "paused": _("paused"),
    "stopped": _("stopped"),
    "completed": _("completed"),
    "waiting": _("to be called"),
    "trying": _("being called"),
    "held": _("on another call with us"),
    "done": _("done"),
}
LEG_STATES = {  # the carrier's word, else how far our intent has come
    "in-progress": _("in progress"),
    "ringing": _("ringing"),
    "initiated": _("being dialled"),
    "queued": _("queued at the carrier"),
    "completed": _("ended"),
    "no-answer": _("no answer"),
    "busy": _("busy"),
    "failed": _("failed"),
    "canceled": _("canceled"),
    "planned": _("planned"),
    "claimed": _("about to be dialled"),
    "in-doubt": _("in doubt"),
    "not-placed": _("not placed"),
    "refused": _("not allowed"),
    "withdrawn": _("withdrawn"),
}
ACTIVITIES = {
    "available": _("ready"),
    "break": _("on a break"),
    "training": _("in training"),
    "other-channel": _("on another channel"),
    "offline": _("away"),
}
AGENT_STATES = {
    "idle": _("waiting for a call"),
    "reserved": _("being offered a call"),
    "on-call": _("in conversation"),
    "wrap-up": _("finishing a call"),
}
ENTRY_STATES = {
    "pending": _("waiting"),
    "reserved": _("being offered"),
    "assigned": _("with an agent"),
    "wrapping": _("being finished"),
    "completed": _("done"),
    "canceled": _("left"),
}
DIRECTIONS = {"outbound": _("outbound"), "inbound": _("inbound")}
ROLES = {
    "contact": _("person"),
    "agent": _("agent"),
    "consult": _("asked in"),
    "transfer": _("transferred to"),
}
ACTIONS = {
    "start": _("Start"),
    "pause": _("Pause"),
    "resume": _("Resume"),
    "close": _("Finish"),
    "stop": _("Stop"),
    "applied": _("Settings applied"),
    "edited": _("Settings changed"),
    "undone": _("Change undone"),
    "scheduled": _("Schedule changed"),
    "cloned": _("Copied from another campaign"),
    "approval-asked": _("Approval asked"),
    "approved": _("Approved"),
    "approval-refused": _("Approval refused"),
    "approval-withdrawn": _("Approval withdrawn by a change"),
    "held-for-approval": _("Paused until approved"),
    "start-refused": _("Start refused"),
    "emergency-stop": _("Emergency stop"),
}
OUTCOMES = {
    "reached": _("reached"),
    "connected": _("spoke with an agent"),
    "confirmed": _("visit confirmed"),
    "moved": _("visit moved"),
    "appointment-confirmed": _("visit confirmed by key"),
    "move-requested": _("asked for another time"),
    "canceled-visit": _("visit canceled"),
    "appointment-booked": _("visit booked"),
    "survey-answered": _("answered the survey"),
    "acknowledged": _("acknowledged the message"),
    "sms-stopped": _("stopped our SMS"),
    "resolved-by-phone": _("resolved by phone"),
    "unresolved": _("not resolved"),
    "callback": _("callback agreed"),
    "callback-booked": _("callback booked"),
    "opted-out": _("opted out"),
    "suppressed": _("on the do-not-contact list"),
    "wrong-person": _("wrong person"),
    "refused": _("refused"),
    "not-reached": _("not reached"),
    "stopped": _("campaign stopped first"),
    "callback-canceled": _("callback canceled"),
    "uncallable": _("may not be called"),
    "too-old": _("too long ago"),
    "fax": _("fax"),
    "undelivered": _("SMS not delivered"),
    "other-channel": _("contacted another way"),
}
DISPOSITIONS = OUTCOMES | {  # how one try went; those that end a person's place are outcomes too
    "identity-unconfirmed": _("did not say who they are"),
    "voicemail": _("message left on voicemail"),
    "machine": _("answering machine"),
    "no-input": _("did not answer the questions"),
    "hung-up": _("hung up"),
    "abandoned": _("hung up while waiting"),
    "closed": _("platform closed"),
    "unavailable": _("no agent available"),
    "flow-limit": _("conversation cut short"),
    "flow-broken": _("conversation broken off"),
    "timed-out": _("timed out"),
    "busy": _("busy"),
    "declined": _("declined the call"),
    "no-answer": _("no answer"),
    "failed": _("failed"),
    "canceled": _("canceled"),
    "not-placed": _("not placed"),
    "interrupted": _("interrupted by a fault of ours"),
}
HEALTHS = {
    "alive": _("alive"),
    "silent": _("silent"),
    "stopped": _("stopped"),
    "missing": _("missing"),
}
FINDINGS = {"ok": _("well"), "wrong": _("wrong"), "skipped": _("not asked")}
IMPORTS = {
    "running": _("being imported"),
    "completed": _("imported"),
    "failed": _("failed"),
    "canceled": _("canceled"),
}
# What a person reads when a request is refused; the id stays beside it for whoever they ask.
PROBLEMS = {
    "form-expired": _("This form is no longer valid. Go back, reload the page and try again."),
    "not-found": _("There is nothing at this address."),
    "campaign-unknown": _("This campaign does not exist, or has nobody in your regions."),
    "campaign-state": _("The campaign has changed state in the meantime: reload the page."),
    "campaign-changed": _("Somebody changed this campaign meanwhile: look at it again."),
    "campaign-over": _("The campaign is over: copy it to call again."),
    "campaign-needs-agents": _("Its flow waits for agents, and calls are handed to none here."),
    "campaign-needs-approval": _("A second person must approve this campaign before it calls."),
    "approval-own": _("Whoever asked, or changed it last, cannot be the second person."),
    "approval-not-asked": _("Nobody asks for an approval of this campaign as it is now."),
    "change-not-last": _("The settings were changed again since: change them by hand."),
    "everything-stopped": _("Everything was stopped: nothing starts until an administrator lifts the stop."),
    "stop-beyond-regions": _("Only an account of the whole country stops everything."),
    "stop-unknown": _("There was no such stop."),
    "not-confirmed": _("Type the name exactly as it is shown, to confirm."),
    "whole-country-needed": _("A list may name people anywhere: an account of the whole country sends it."),
    "upload-unknown": _("This list is not kept any more: send it again."),
    "import-unknown": _("No import of this campaign has this id."),
    "import-over": _("This import has ended already."),
    "rejects-unknown": _("Nothing was refused, or a day has passed since."),
    "campaign-beyond-regions": _("This campaign also calls people outside your regions."),
    "scope-missing": _("Your account does not give access to this page."),
    "account-unknown": _("This account does not exist, or may do more than yours."),
    "account-exists": _("An account with this e-mail exists already."),
    "account-disabled": _("Enable the account first."),
    "account-not-linked": _("This person must first sign in through the organisation once."),
    "own-account": _("Ask another administrator to change your own rights."),
    "rights-beyond-own": _("You can only give rights that your own account holds."),
    "last-administrator": _("This is the last administrator of the whole country: add another one first."),
    "email-invalid": _("An e-mail address is needed, such as a.b@example.org."),
    "name-invalid": _("A name has 1 to 120 characters."),
    "region-missing": _("Choose at least one region."),
    "platform-outside": _("A platform is unknown, or of another region."),
    "password-too-short": _("A password needs at least 12 characters."),
    "password-too-long": _("A password has at most 200 characters."),
    "password-wrong": _("The current password is wrong."),
    "password-unchanged": _("Choose a password other than the current one."),
    "password-switched-off": _("This account signs in through the organisation alone."),
    "link-refused": _("This link was used, replaced or has expired: ask an administrator for a new one."),
    "session-unknown": _("This session has ended already."),
    "key-unknown": _("This key works no more."),
    "key-day-invalid": _("The last day is today or later, at most a year away."),
    "key-name-invalid": _("A name has 1 to 60 characters."),
    "figures-by-region": _("These figures are kept by region: they are for accounts that see all of it."),
    "rate-limited": _("Too many tries from your address: wait a quarter of an hour, then try again."),
    "organisation-unavailable": _(
        "The organisation’s sign-in does not answer now. Use the password of this service, "
        "or try again later."
    ),
    "organisation-unset": _("No organisation’s sign-in is set here: use the password of this service."),
    "organisation-refused": _(
        "The organisation’s sign-in did not confirm who you are, or no account here belongs to you. Ask an "
        "administrator."
    ),
    "unauthorized": _("You are signed out. Sign in and try again."),
    "region-unknown": _("A region does not exist."),
    "verification-running": _("The seals are being verified already: wait for that answer."),
    "database-unavailable": _("The database does not answer. Try again in a minute."),
    "internal-error": _("The service failed on this request; it has been logged."),
}
# What happened and what to do, by HTTP code: for an error whose id nobody has put into words above.
ERRORS = {
    400: (_("The request was not understood"), _("Go back, reload the page and try again.")),
    401: (_("You are signed out"), _("Sign in and try again.")),
    403: (_("Not allowed"), _("Ask an administrator if your work needs this page.")),
    404: (_("Nothing here"), _("Check the address, or go on from your first page.")),
    405: (_("The request was not understood"), _("Go back, reload the page and try again.")),
    409: (_("No longer possible"), _("Something has changed in the meantime: go back and reload the page.")),
    413: (_("Too large"), _("Send a smaller file, or divide it.")),
    422: (_("Something is missing or wrong"), _("Go back, correct what was typed and try again.")),
    429: (_("Too many requests"), _("Wait a minute, then try again.")),
    500: (_("The service failed"), _("It has been logged. Try again; if it fails again, tell the operator.")),
    503: (_("Not available just now"), _("A part of the service does not answer. Try again in a minute.")),
}
_KINDS = {
    "state": STATES,
    "leg": LEG_STATES,
    "direction": DIRECTIONS,
    "role": ROLES,
    "activity": ACTIVITIES,
    "entry": ENTRY_STATES,
    "agent": AGENT_STATES,
    "action": ACTIONS,
    "outcome": OUTCOMES,
    "disposition": DISPOSITIONS,
    "problem": PROBLEMS,
    "health": HEALTHS,
    "finding": FINDINGS,
    "import": IMPORTS,
}


def label(word: str, kind: str) -> str:
    """``label("reached", "outcome")``; a word nobody translated (a flow's own ending) is shown as it is."""
    return str(_KINDS[kind].get(word, word))
