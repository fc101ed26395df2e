"""The public verbs of routing, each in the file named after it."""

from callsvc.routing.aid.agreeing import end_agreement, put_agreement
from callsvc.routing.aid.aid_queries import aid_matrix
from callsvc.routing.aid.declaring import declare_aid
from callsvc.routing.aid.lending_orders import (
    accept_aid,
    ask_aid,
    end_orders_due,
    give_back,
    lend,
    refuse_aid,
    withdraw_aid,
)
from callsvc.routing.desks.activities import decide_wish, give_places, lapse_presence, note_seen, set_activity
from callsvc.routing.desks.desk import desk_state, wait_for_change
from callsvc.routing.measuring import measure
from callsvc.routing.offering import offer_next, reject, time_out_offers
from callsvc.routing.queries import entry_of_leg, explain
from callsvc.routing.queueing import (
    Place,
    any_agents_open,
    enter_queue,
    expire_entries,
    leave_queue,
    place_of,
)
from callsvc.routing.repairing import repair
from callsvc.routing.talking.connecting import (
    accept,
    agent_answered,
    dial_over,
    leg_ended,
    leg_move_refused,
    leg_not_placed,
    participant_joined,
)
from callsvc.routing.talking.disposing import (
    dispose,
    end_wrap_ups,
    extend_wrap_up,
    promise_callback,
    settle_dispositions,
    undo,
)
from callsvc.routing.talking.handing_on import consult, end_consult, hold, mute, transfer
from callsvc.routing.talking.listening import change_mode, declare_listening, leave, listen
from callsvc.routing.talking.parting import conference_ended, conference_over, participant_left
from callsvc.routing.talking.receivers import asked_whether_over, was_cut_off
from callsvc.routing.talking.ringing import ring_telephone, take_by_key
from callsvc.routing.talking.wrapping import hang_up

__all__ = [
    "Place",
    "accept",
    "accept_aid",
    "agent_answered",
    "aid_matrix",
    "any_agents_open",
    "ask_aid",
    "asked_whether_over",
    "change_mode",
    "conference_ended",
    "conference_over",
    "consult",
    "decide_wish",
    "declare_aid",
    "declare_listening",
    "desk_state",
    "dial_over",
    "dispose",
    "end_agreement",
    "end_consult",
    "end_orders_due",
    "end_wrap_ups",
    "enter_queue",
    "entry_of_leg",
    "expire_entries",
    "explain",
    "extend_wrap_up",
    "give_back",
    "give_places",
    "hang_up",
    "hold",
    "lapse_presence",
    "leave",
    "leave_queue",
    "leg_ended",
    "leg_move_refused",
    "leg_not_placed",
    "lend",
    "listen",
    "measure",
    "mute",
    "note_seen",
    "offer_next",
    "participant_joined",
    "participant_left",
    "place_of",
    "promise_callback",
    "put_agreement",
    "refuse_aid",
    "reject",
    "repair",
    "ring_telephone",
    "set_activity",
    "settle_dispositions",
    "take_by_key",
    "time_out_offers",
    "transfer",
    "undo",
    "wait_for_change",
    "was_cut_off",
    "withdraw_aid",
]
