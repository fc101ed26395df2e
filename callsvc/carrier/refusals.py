"""What a refusal of the carrier is about: this number, our account, or only this moment.

The words decide what follows. A number that can never be called ends its person's place. An account that may
not call (wrong key, unverified caller id, a country not opened) refuses everybody alike: trying again every
few seconds only makes noise, and a person has to act. Anything else may go better later.

The codes are the vendor's error dictionary, https://www.twilio.com/docs/api/errors.
"""

from typing import Literal

Refusal = Literal["number-never", "account", "temporary"]

NUMBER_NEVER = frozenset(
    {
        13223,  # dial: invalid phone number format
        13224,  # dial: invalid phone number
        21211,  # invalid 'To' phone number
        21214,  # 'To' phone number cannot be reached
        21216,  # account not allowed to call this phone number (premium and blocked numbers)
        21217,  # phone number does not appear to be valid
        21401,  # invalid phone number
        21421,  # phone number is invalid
        21610,  # the recipient has opted out (SMS)
        21614,  # 'To' is not a mobile number (SMS)
    }
)
ACCOUNT = frozenset(
    {
        10001,  # account is not active
        10002,  # trial account does not support this feature
        13227,  # no international permission for this country (dial)
        20003,  # authentication failed, or the balance is used up
        20005,  # account not active
        20006,  # access denied
        20403,  # forbidden
        20404,  # no such account: the request itself names nothing else
        21205,  # the address of our instructions is not valid
        21210,  # 'From' number not verified
        21212,  # invalid 'From' number
        21213,  # 'From' number is required
        21215,  # geographic permission: country not allowed
        21219,  # 'To' number not verified: a trial account
        21408,  # no permission to send SMS to this region
        21603,  # 'From' number is required (SMS)
        21606,  # 'From' number is not ours, or cannot send SMS
        21659,  # 'From' is not a number of this account
        21660,  # 'From' does not belong to this account
    }
)

_PREFIX = "carrier-"


def judge(code: int) -> Refusal:
    """What a refusal with this code is about; what we do not know may go better later.

    >>> judge(21211), judge(21215), judge(20500)
    ('number-never', 'account', 'temporary')
    """
    if code in NUMBER_NEVER:
        return "number-never"
    return "account" if code in ACCOUNT else "temporary"


def reason_of(code: int) -> str:
    """The reason's id as legs, messages and places keep it.

    >>> reason_of(21215)
    'carrier-21215'
    """
    return f"{_PREFIX}{code}"


def judge_reasons(reasons: str) -> Refusal | None:
    """The gravest refusal of the carrier among space-separated reasons; None if there is none.

    >>> judge_reasons("carrier-21215"), judge_reasons("number-busy")
    ('account', None)
    """
    told = [reason.removeprefix(_PREFIX) for reason in reasons.split() if reason.startswith(_PREFIX)]
    judged = {judge(int(code)) for code in told if code.isdecimal()}
    gravest: tuple[Refusal, ...] = ("number-never", "account", "temporary")
    return next((refusal for refusal in gravest if refusal in judged), None)
