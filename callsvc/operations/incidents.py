"""What happened that never should, or what only a person can decide: each kind with what it means."""

from typing import Any

from flask_babel import lazy_gettext as _

# kind -> (what happened, what to do); docs/operations.md has the same table
KINDS: dict[str, tuple[Any, Any]] = {
    "handover-late": (
        _("A case handed over to the regional authority is still open after a day."),
        _("See who has it on the page of cases; take it, close it or give it back."),
    ),
    "carrier-refuses-account": (
        _("The carrier refuses every call or SMS alike; the subject is its code."),
        _("Check credentials, balance, caller id and countries at the carrier."),
    ),
    "carrier-keeps": (
        _("The carrier refuses to forget an SMS or a recording of somebody who is forgotten here."),
        _("Delete it in the carrier's console: the subject is its SID there."),
    ),
    "doubt-unanswered": (
        _("Ten looks for a call or SMS in doubt got no answer; its number waits."),
        _("See whether the carrier can be reached."),
    ),
    "fallback-campaign-gone": (
        _("The campaign that should have taken somebody over is stopped, or there is none of that name."),
        _("Correct sms_fallback or voice_fallback in the file of the campaign that is the subject."),
    ),
    "doubt-ambiguous": (
        _("Two calls of the carrier fit one of ours; the older was taken."),
        _("Read both at the carrier."),
    ),
    "placed-after-all": (
        _("A call proven not placed exists; it was ended at once and guards its number until then."),
        _("Is the settle time shorter than the carrier's delay?"),
    ),
    "rows-astray": (
        _("Rows point nowhere: at somebody, a number or a case that was forgotten; the subject is the kind."),
        _("`callsvc retention verify` names the people, `--mend` ends it; import their list again."),
    ),
    "second-call-for-leg": (
        _("Two calls of the carrier name one of ours."),
        _("Read both at the carrier."),
    ),
    "leg-lost": (
        _("A call passed its longest time, or the carrier does not know it; we go on without its end."),
        _("Compare with the carrier's log."),
    ),
    "update-given-up": (
        _("Ending or moving a call failed twenty times; an end is asked for again by the sweep."),
        _("See whether the carrier can be reached."),
    ),
    "job-item-failed": (
        _("A bug: one call or SMS failed in a way nobody foresaw; the others went on."),
        _("The worker's log has the id."),
    ),
    "stray-try": (
        _("A person was marked as being called with no call under way; it was mended."),
        _("Tell the maintainers, with the subject."),
    ),
    "transfer-unknown": (
        _("A flow transfers to a name that the directory has not; the caller heard that nobody is there."),
        _("Put the name that is the subject into the directory, or publish the flow without it."),
    ),
    "turn-out-of-order": (
        _("The carrier asked for another turn of a conversation than the next."),
        _("Now and then harmless; often: are webhooks repeated or reordered on their way?"),
    ),
    "voice-fallback": (
        _("The carrier could not use our answer and fetched the fallback."),
        _("Look up its error code at the carrier; see whether this service was slow."),
    ),
}
