"""The SMS about an announced call, beside the campaign's own first one. None says why we call."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

OFFERED = {
    "fr": "{who} : quand vous appeler ? {choices} 0 pour garder {kept}.",
    "en": "{who}: when should we call you? {choices} 0 to keep {kept}.",
    "es": "{who}: ¿cuándo le llamamos? {choices} 0 para mantener {kept}.",
    "pt": "{who}: quando lhe ligamos? {choices} 0 para manter {kept}.",
    "ar": "{who}: متى نتصل بكم؟ {choices} 0 للإبقاء على {kept}.",
}
SETTLED = {
    "fr": "{who} : c'est noté, nous vous appelons {kept} du {caller}.",
    "en": "{who}: noted, we call you {kept} from {caller}.",
    "es": "{who}: anotado, le llamamos {kept} desde el {caller}.",
    "pt": "{who}: registado, ligamos {kept} do {caller}.",
    "ar": "{who}: تم، سنتصل بكم {kept} من {caller}.",
}
MISSED = {
    "fr": "{who} : nous n'avons pas pu vous appeler comme prévu, veuillez nous en excuser. "
    "Nous vous appelons {kept} du {caller}.",
    "en": "{who}: we could not call you as we said, and apologise. We call you {kept} from {caller}.",
    "es": "{who}: no pudimos llamarle como dijimos, disculpe. Le llamamos {kept} desde el {caller}.",
    "pt": "{who}: nao pudemos ligar como dissemos, pedimos desculpa. Ligamos {kept} do {caller}.",
    "ar": "{who}: لم نتمكن من الاتصال بكم كما وعدنا، ونعتذر. سنتصل بكم {kept} من {caller}.",
}
_SPANS = {
    "fr": "{day} entre {at} et {to}",
    "en": "{day} between {at} and {to}",
    "es": "{day} entre las {at} y las {to}",
    "pt": "{day} entre as {at} e as {to}",
    "ar": "{day} بين {at} و{to}",
}


def day_in(language: str, at: datetime, zone: ZoneInfo) -> str:
    """The day as people say it in that language: ``mardi 17 novembre``."""
    return str(format_date(at.astimezone(zone).date(), "EEEE d MMMM", locale=language))


def span_in(language: str, at: datetime, length: timedelta, zone: ZoneInfo) -> str:
    """A slot as people say it: ``mardi 17 novembre entre 10:00 et 10:20``."""
    local, to = at.astimezone(zone), (at + length).astimezone(zone)
    words = _SPANS.get(language, _SPANS["en"])
    return words.format(day=day_in(language, at, zone), at=f"{local:%H:%M}", to=f"{to:%H:%M}")


def choices_in(language: str, offers: Sequence[datetime], length: timedelta, zone: ZoneInfo) -> str:
    """The offered moments by key: ``1 : mardi 17 novembre entre 10:00 et 10:20.``"""
    colon = " :" if language == "fr" else ":"
    said = (span_in(language, at, length, zone) for at in offers)
    return " ".join(f"{key}{colon} {span}." for key, span in enumerate(said, start=1))
