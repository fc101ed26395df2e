"""The cost of a campaign's SMS for a terminal and for programs that read one."""

from callsvc.messages.estimating import Cost, TextCost


def cost_lines(cost: Cost) -> list[str]:
    """A line for the whole and one for each text; none for a campaign that writes nothing."""
    if not cost.texts:
        return []
    least, most = cost.segments
    euros = f"{cost.euros[0]:.2f} to {cost.euros[1]:.2f} EUR"
    lasts = f"the first ones take {cost.lasts.total_seconds():.0f} s"
    lines = [f"SMS to {cost.people} people: {least} to {most} segments, {euros}, {lasts}"]
    if cost.without_number:
        lines.append(f"SMS: {cost.without_number} people have no number that takes them")
    if cost.unpriced:
        lines.append(f"SMS: no price is known for {', '.join(cost.unpriced)}")
    return lines + [_text_line(text) for text in cost.texts]


def _text_line(text: TextCost) -> str:
    size = text.size
    line = f"SMS, {text.what} in {text.language}: {size.segments} x {size.encoding} ({size.units} units)"
    if text.advice is None or text.advice.then.segments >= size.segments:
        return line
    swaps = ", ".join(f"{swap.instead!r} for {swap.character!r}" for swap in text.advice.swaps)
    return f"{line}; {text.advice.then.segments} with {swaps}"


def cost_json(cost: Cost) -> dict[str, object]:
    """The figures, without the texts."""
    return {
        "people": cost.people,
        "without_number": cost.without_number,
        "segments": list(cost.segments),
        "euros": list(cost.euros),
        "unpriced": list(cost.unpriced),
        "lasts_s": cost.lasts.total_seconds(),
    }
