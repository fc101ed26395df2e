"""What every page of one campaign stands in: its name, its state, and the steps or the tabs."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from callsvc.campaigning.settings import Opened, keep
from callsvc.campaigning.steps import STEPS, following, lacking, preceding
from callsvc.campaigns.history import last_edit
from callsvc.core.errors import CallsvcError
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


def framed(template: str, found: Opened, step: str, **values: Any) -> str:
    """The page of a step: inside the wizard for a draft, else among the campaign's tabs."""
    steps = {one.name for one in STEPS}
    return render_template(
        template,
        found=found,
        campaign=found.progress,
        step=step,
        steps=STEPS,
        lacking=lacking(found.progress),
        back=url_for(preceding(step), campaign_id=found.id) if step in steps and step != "basics" else "",
        **values,
    )


def kept(found: Opened, step: str, changes: Mapping[str, Any], mark: str) -> ResponseReturnValue:
    """Store what a step said, and lead on: a draft to its next step, else back to the page, with an undo.

    Raises what ``keep`` raises.
    """
    changed = keep(found, changes, mark)
    if found.progress.state == "draft":
        return redirect(url_for(following(step), campaign_id=found.id))
    if changed:
        tell_change(found.id, gettext("The settings are changed. They hold from the next call on."))
    return redirect(url_for(f"campaigns.{step}", campaign_id=found.id))


def tell_change(campaign_id: str, said: str) -> None:
    """News of a change of settings, which can be undone where it is told."""
    with current_rt().db.read() as tx:
        change = last_edit(tx, campaign_id)
    values = {"campaign_id": campaign_id, "change_id": change.id if change is not None else ""}
    toast(said, undo=("campaigns.undo", values) if change is not None else None)


def why_not_kept(refused: CallsvcError) -> str:
    """What the use case refused, as the reader says it."""
    said = {
        "campaign-changed": gettext(
            "Somebody changed these settings since you opened this page. Open it again; nothing was kept."
        ),
        "campaign-over": gettext("The campaign is over: copy it to call again."),
        "fiction-number": gettext("This number is reserved for fiction; a real carrier needs one of yours."),
    }
    return said.get(refused.id, refused.message)
