"""Numbers as people see them: masked by default, grouped as the French write them."""

from callsvc.core.phone_numbers.plan import country_code_of

_DOT = "•"


def mask(e164: str) -> str:
    """Hide the middle of a number: `+33639981278` is `+33 6 •• •• •• 78`, `+687751234` is `+687 7• •• 34`.

    The country code, the first digit and the last two stay: enough to recognise one's own number, too
    little to dial it. Anything that is not E.164 is hidden whole.
    """
    if not e164.startswith("+") or len(e164) < 6 or not e164[1:].isdigit():
        return _DOT * len(e164)
    code = country_code_of(e164)
    rest = e164[1 + len(code) :]
    hidden = rest[0] + _DOT * (len(rest) - 3) + rest[-2:]
    return f"+{code} {_grouped(hidden)}"


def spaced(e164: str) -> str:
    """Group a number for the few screens that show it whole: `+33639981278` is `+33 6 39 98 12 78`."""
    code = country_code_of(e164)
    return f"+{code} {_grouped(e164[1 + len(code) :])}"


def _grouped(digits: str) -> str:
    """Pairs from the right, the odd digit first."""
    head = len(digits) % 2
    pairs = [digits[start : start + 2] for start in range(head, len(digits), 2)]
    return " ".join([digits[:head], *pairs] if head else pairs)
