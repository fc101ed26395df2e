"""A local time as it is said in each language of the library."""

from datetime import datetime

_DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
}
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_HOURS = {"en": "{hour:02d}:{minute:02d}", "es": "{hour}:{minute:02d}", "ar": "{hour}:{minute:02d}"}
_SAID = {
    "fr": "{day} {date} {month} à {hour}",
    "en": "on {day} {date} {month} at {hour}",
    "es": "el {day} {date} de {month} a las {hour}",
    "pt": "{day}, {date} de {month}, às {hour}",
    "ar": "{day} {date} {month} في الساعة {hour}",
}


def spoken_time(when: datetime) -> dict[str, str]:
    """A local time as it is said in each language.

    >>> said = spoken_time(datetime(2020, 11, 17, 10, 30))
    >>> said["fr"], said["en"]
    ('mardi 17 novembre à 10 heures 30', 'on Tuesday 17 November at 10:30')
    """
    return {
        language: template.format(
            day=_DAYS[language].split()[when.weekday()],
            date=when.day,
            month=_MONTHS[language].split()[when.month - 1],
            hour=_hour(language, when),
        )
        for language, template in _SAID.items()
    }


def _hour(language: str, when: datetime) -> str:
    if language in _HOURS:
        return _HOURS[language].format(hour=when.hour, minute=when.minute)
    minutes = f" {when.minute:02d}" if language == "fr" else f" e {when.minute:02d}"
    hours = "heures" if language == "fr" else "horas"
    return f"{when.hour} {hours}{minutes if when.minute else ''}"
