"""Every notification this carrier raises about a document or its retrieval: code, gravity, words.

The codes, their words and whether they are an error or a warning are those of the vendor's error
dictionary, but 15000, which is this carrier's own. A warning is noted and the document goes on, without what
was wrong; an error sends the call to its FallbackUrl or, when it has none, to an apology and its end.
"""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"

BAD_URL = 11100
HTTP_FAILURE = 11200
CONNECT_FAILURE = 11205
BAD_HOST = 11210
TOO_MANY_REDIRECTS = 11215
TOO_LARGE = 11750
NOT_XML = 12100
BAD_VERSION = 12101
NOT_RESPONSE = 12102
SCHEMA = 12200
CONTENT_TYPE = 12300
MIXED_NOUNS = 13000
DIAL_IN_DIAL = 13201
DIAL_METHOD = 13210
DIAL_TIMEOUT = 13212
DIAL_STAR = 13213
DIAL_CALLER_ID = 13214
DIAL_NESTED = 13215
DIAL_TIME_LIMIT = 13216
DIAL_RECORD = 13217
NUMBER_METHOD = 13221
NUMBER_DIGITS = 13222
NUMBER_FORMAT = 13223
NUMBER_UNREACHABLE = 13224
CONFERENCE_MUTED = 13230
CONFERENCE_END_ON_EXIT = 13231
CONFERENCE_START_ON_ENTER = 13232
CONFERENCE_WAIT_URL = 13233
CONFERENCE_WAIT_METHOD = 13234
CONFERENCE_BEEP = 13235
CONFERENCE_NAME = 13237
CONFERENCE_WAIT_VERB = 13238
CONFERENCE_COACH = 13240
SIP_METHOD = 13241
SIP_ADDRESS = 13243
GATHER_FINISH_KEY = 13310
GATHER_METHOD = 13312
GATHER_TIMEOUT = 13313
GATHER_DIGITS = 13314
GATHER_NESTED = 13320
GATHER_SPEECH_TIMEOUT = 13327
PLAY_LOOP = 13410
SAY_LOOP = 13510
SAY_TEXT = 13520
SAY_TOO_LONG = 13521
REDIRECT_METHOD = 13710
PAUSE_LENGTH = 13910
SMS_TO = 14101
SMS_FROM = 14102
SMS_BODY = 14103
SMS_METHOD = 14104
SMS_RETRIEVALS = 14106
SMS_VERB = 14110
QUEUE_NAME_SHORT = 14204
QUEUE_NAME_LONG = 14205
DIAL_QUEUE_NAME_SHORT = 14212
DIAL_QUEUE_NAME_LONG = 14213
NOT_RUN = 15000
OPTED_OUT = 21610


@dataclass(frozen=True)
class Code:
    """What one code means; `level` is error or warning."""

    level: str
    words: str


CODES: dict[int, Code] = {
    BAD_URL: Code(ERROR, "Invalid URL format"),
    HTTP_FAILURE: Code(ERROR, "HTTP retrieval failure"),
    CONNECT_FAILURE: Code(ERROR, "HTTP connection failure"),
    BAD_HOST: Code(ERROR, "HTTP bad host name"),
    TOO_MANY_REDIRECTS: Code(ERROR, "HTTP too many redirects"),
    TOO_LARGE: Code(ERROR, "TwiML response body too large"),
    NOT_XML: Code(ERROR, "Document parse failure"),
    BAD_VERSION: Code(ERROR, "Invalid markup version"),
    NOT_RESPONSE: Code(ERROR, "The root element must be Response"),
    SCHEMA: Code(WARNING, "Schema validation warning"),
    CONTENT_TYPE: Code(ERROR, "Invalid Content-Type"),
    MIXED_NOUNS: Code(WARNING, "Conference noun cannot be mixed with other nouns"),
    DIAL_IN_DIAL: Code(ERROR, "Dial: cannot dial out from a dial call segment"),
    DIAL_METHOD: Code(WARNING, "Dial: invalid method value"),
    DIAL_TIMEOUT: Code(WARNING, "Dial: invalid timeout value"),
    DIAL_STAR: Code(WARNING, "Dial: invalid hangupOnStar value"),
    DIAL_CALLER_ID: Code(WARNING, "Dial: invalid callerId value"),
    DIAL_NESTED: Code(WARNING, "Dial: invalid nested element"),
    DIAL_TIME_LIMIT: Code(WARNING, "Dial: invalid timeLimit value"),
    DIAL_RECORD: Code(WARNING, "Dial: invalid record value"),
    NUMBER_METHOD: Code(WARNING, "Dial->Number: invalid method value"),
    NUMBER_DIGITS: Code(WARNING, "Dial->Number: invalid sendDigits value"),
    NUMBER_FORMAT: Code(WARNING, "Dial: invalid phone number format"),
    NUMBER_UNREACHABLE: Code(WARNING, "Dial: this number cannot be called or is invalid"),
    CONFERENCE_MUTED: Code(WARNING, "Dial->Conference: invalid muted value"),
    CONFERENCE_END_ON_EXIT: Code(WARNING, "Dial->Conference: invalid endConferenceOnExit value"),
    CONFERENCE_START_ON_ENTER: Code(WARNING, "Dial->Conference: invalid startConferenceOnEnter value"),
    CONFERENCE_WAIT_URL: Code(WARNING, "Dial->Conference: invalid waitUrl"),
    CONFERENCE_WAIT_METHOD: Code(WARNING, "Dial->Conference: invalid waitMethod"),
    CONFERENCE_BEEP: Code(WARNING, "Dial->Conference: invalid beep value"),
    CONFERENCE_NAME: Code(WARNING, "Dial->Conference: invalid conference name"),
    CONFERENCE_WAIT_VERB: Code(WARNING, "Dial->Conference: invalid verb used in waitUrl document"),
    CONFERENCE_COACH: Code(WARNING, "Dial->Conference: invalid whisper SID"),
    SIP_METHOD: Code(WARNING, "Dial->Sip: invalid method value"),
    SIP_ADDRESS: Code(WARNING, "Dial->Sip: invalid SIP URI"),
    GATHER_FINISH_KEY: Code(WARNING, "Gather: invalid finishOnKey value"),
    GATHER_METHOD: Code(WARNING, "Gather: invalid method value"),
    GATHER_TIMEOUT: Code(WARNING, "Gather: invalid timeout value"),
    GATHER_DIGITS: Code(WARNING, "Gather: invalid numDigits value"),
    GATHER_NESTED: Code(WARNING, "Gather: invalid nested verb"),
    GATHER_SPEECH_TIMEOUT: Code(WARNING, "Gather: invalid speechTimeout value"),
    PLAY_LOOP: Code(WARNING, "Play: invalid loop value"),
    SAY_LOOP: Code(WARNING, "Say: invalid loop value"),
    SAY_TEXT: Code(WARNING, "Say: invalid text"),
    SAY_TOO_LONG: Code(WARNING, "Say: the text exceeds 4096 characters"),
    REDIRECT_METHOD: Code(WARNING, "Redirect: invalid method value"),
    PAUSE_LENGTH: Code(WARNING, "Pause: invalid length value"),
    SMS_TO: Code(WARNING, "Message: the To attribute is invalid"),
    SMS_FROM: Code(WARNING, "Message: the From attribute is invalid"),
    SMS_BODY: Code(WARNING, "Message: invalid body"),
    SMS_METHOD: Code(WARNING, "Message: invalid method attribute"),
    SMS_RETRIEVALS: Code(ERROR, "Message: document retrieval limit reached"),
    SMS_VERB: Code(WARNING, "Message: invalid verb for an SMS reply"),
    QUEUE_NAME_SHORT: Code(ERROR, "Enqueue: queue name too short"),
    QUEUE_NAME_LONG: Code(ERROR, "Enqueue: queue name too long"),
    DIAL_QUEUE_NAME_SHORT: Code(ERROR, "Dial->Queue: queue name too short"),
    DIAL_QUEUE_NAME_LONG: Code(ERROR, "Dial->Queue: queue name too long"),
    NOT_RUN: Code(WARNING, "this carrier does not run this verb"),
    OPTED_OUT: Code(ERROR, "Message: the recipient opted out"),
}
