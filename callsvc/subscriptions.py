"""Who reacts to what: one table. Read it to learn what happens when a call ends.

A reaction runs inside the transaction that raised the event, in the order written here: queues and agents
first, then the conversation, then the campaign, the figures and whoever watches them last.
"""

from callsvc.announcing import tell_queue
from callsvc.appointments.service import follow_disposition
from callsvc.calls.events import (
    ConferenceEnded,
    LegAnswered,
    LegEnded,
    LegLost,
    LegMoveRefused,
    LegNotPlaced,
    LegPlaced,
    LegRevised,
    LegRevived,
    ParticipantJoined,
    ParticipantLeft,
)
from callsvc.calls.updates import end_revived
from callsvc.campaigns.enrolling import enrol_imported
from callsvc.campaigns.events import CampaignStopped, ContactFinished
from callsvc.contacts.events import NumberSuppressed
from callsvc.contacts.importing.events import ContactsImported
from callsvc.core.events import Reaction, Reactions
from callsvc.dialing.budgets import give_back, settle_spent, take_again
from callsvc.dialing.by_agent import dial_for_agent, follow_machine, follow_skip
from callsvc.dialing.callbacks import cancel_callbacks, settle_callbacks
from callsvc.dialing.covering import cover_household, share_promise
from callsvc.dialing.dispositions import follow_agent
from callsvc.dialing.fallback import call_unanswered, text_after_tries, text_unreached
from callsvc.dialing.finishing import finish_attempt, forget_attempt
from callsvc.dialing.holding import release_after_wrap_up, release_held_attempts
from callsvc.dialing.keeping import announcement_failed, announcement_sent, slot_kept, slot_moot
from callsvc.dialing.owed_by_agents import dial_instead
from callsvc.dialing.previewing import withdraw_task
from callsvc.dialing.revising import revise_attempt
from callsvc.dialing.stopping import cancel_stopped, cancel_suppressed
from callsvc.messages.budgets import give_back_text
from callsvc.messages.events import MessageEnded, MessageSent
from callsvc.metrics import service as metrics
from callsvc.organising.practice import note_practice
from callsvc.routing import service as routing
from callsvc.routing.events import (
    AgentThere,
    ConversationEnded,
    EntryConnected,
    EntryLeft,
    EntryQueued,
    HandedOnEnded,
    OfferEnded,
    OfferMade,
    WorkSkipped,
    WrapUpEnded,
)
from callsvc.webhooks.conversation import close_session, conversation_ended, handed_on_ended
from callsvc.webhooks.text_failing import text_failed
from callsvc.webhooks.text_turns import text_sent

_OVER: tuple[Reaction, ...] = (
    routing.leg_ended,
    close_session,
    release_held_attempts,
    settle_spent,
    finish_attempt,
    cover_household,
    text_after_tries,
    metrics.note_leg_ended,
)

REACTIONS: Reactions = {
    ContactsImported: (enrol_imported,),
    NumberSuppressed: (cancel_suppressed,),
    CampaignStopped: (cancel_stopped, cancel_callbacks),
    ContactFinished: (
        settle_callbacks,
        share_promise,
        withdraw_task,
        slot_moot,
        text_unreached,
        call_unanswered,
        metrics.note_contact_finished,
    ),
    MessageSent: (text_sent, announcement_sent),
    MessageEnded: (give_back_text, text_failed, announcement_failed),
    LegPlaced: (
        slot_kept,
        metrics.note_attempt_placed,
    ),
    LegNotPlaced: (routing.leg_not_placed, give_back, forget_attempt, metrics.note_attempt_not_placed),
    LegAnswered: (routing.agent_answered, metrics.note_leg_answered),
    ParticipantJoined: (routing.participant_joined,),
    ParticipantLeft: (routing.participant_left,),
    ConferenceEnded: (routing.conference_ended,),
    LegMoveRefused: (routing.leg_move_refused,),
    LegEnded: _OVER,
    LegLost: _OVER,
    LegRevised: (settle_spent, revise_attempt, cover_household),
    LegRevived: (end_revived, take_again),
    EntryQueued: (metrics.note_entry_queued, tell_queue),
    OfferMade: (routing.ring_telephone, tell_queue),
    OfferEnded: (tell_queue,),
    EntryConnected: (metrics.note_entry_connected, note_practice, tell_queue),
    EntryLeft: (dial_instead, metrics.note_entry_left, tell_queue),
    AgentThere: (dial_for_agent,),
    WorkSkipped: (follow_skip,),
    ConversationEnded: (conversation_ended, metrics.note_conversation_ended),
    HandedOnEnded: (handed_on_ended,),
    WrapUpEnded: (
        follow_disposition,
        follow_agent,
        follow_machine,
        release_after_wrap_up,
        metrics.note_wrap_up_ended,
    ),
}
