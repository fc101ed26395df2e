"""The API as a whole: every slice's operations, and the page that describes them."""

from flask import Blueprint

from callsvc.accounts.api import accounts_api
from callsvc.agents.api import agents_api
from callsvc.api.reference import blueprint as reference
from callsvc.appointments.api import appointments_api
from callsvc.calls.api import calls_api
from callsvc.campaigns.changing_api import campaigns_api
from callsvc.campaigns.control_api import control_api
from callsvc.contacts.api import suppressions_api
from callsvc.contacts.cases.api import cases_api
from callsvc.contacts.import_api import imports_api
from callsvc.contacts.suppression_lists_api import suppression_lists_api
from callsvc.desk.helping_api import helping_api
from callsvc.desk.lines_api import lines_api
from callsvc.dialing.api import dialing_api
from callsvc.dialing.stop_api import stops_api
from callsvc.directory.api import directory_api
from callsvc.flows.api import flows_api
from callsvc.messages.api import messages_api
from callsvc.messages.estimate_api import estimates_api
from callsvc.metrics.api import metrics_api
from callsvc.organising.api import organising_api
from callsvc.organising.voices_api import voices_api
from callsvc.people.api import people_api
from callsvc.planning.api import planning_api
from callsvc.routing.aid.agreements_api import agreements_api
from callsvc.routing.aid.aid_api import aid_api
from callsvc.routing.api import routing_api
from callsvc.routing.desks.desk_api import desk_api
from callsvc.routing.desks.floor_api import floor_api
from callsvc.routing.desks.work_api import work_api
from callsvc.routing.terms_api import terms_api
from callsvc.studio.api import results_api
from callsvc.supervising.limits_api import limits_api

API: tuple[Blueprint, ...] = (
    accounts_api,
    agents_api,
    agreements_api,
    aid_api,
    appointments_api,
    calls_api,
    cases_api,
    campaigns_api,
    control_api,
    desk_api,
    dialing_api,
    directory_api,
    estimates_api,
    floor_api,
    flows_api,
    helping_api,
    imports_api,
    limits_api,
    lines_api,
    messages_api,
    metrics_api,
    organising_api,
    people_api,
    planning_api,
    reference,
    results_api,
    stops_api,
    routing_api,
    terms_api,
    suppression_lists_api,
    suppressions_api,
    voices_api,
    work_api,
)
