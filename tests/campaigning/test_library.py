"""What the wizard offers to begin with is valid, in both languages, and calls with flows of the library."""

import pytest

from callsvc.campaigning.templates import Template, template_named, templates
from callsvc.campaigns.definition import CampaignFile
from callsvc.core.errors import NotFound
from ivr_flows import load
from ivr_flows.library import flow_text


@pytest.mark.parametrize("one", templates(), ids=lambda one: one.name)
def test_a_template_is_a_campaign_but_for_its_id_and_sender(one: Template) -> None:
    file = CampaignFile.model_validate({**one.settings, "id": "x", "title": "x", "caller_id": "+33199000100"})
    assert file.channel in load(flow_text(file.flow)).channels
    assert {"fr", "en"} == set(one.titles) == set(one.abouts)


def test_a_template_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFound, match="template-unknown"):
        template_named("nothing")
