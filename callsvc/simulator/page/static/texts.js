// Text messages of one telephone as a conversation.

// The basic character set of GSM 03.38; the second list counts double.
const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const DOUBLE = new Set("^{}\\[~]|€");

/** How many messages are billed, as the simulator counts: 160 letters or 70, less in each part of several. */
export function segmentsOf(body) {
  const letters = [...body];
  if (letters.every((letter) => GSM.has(letter) || DOUBLE.has(letter))) {
    const length = letters.reduce((sum, letter) => sum + (DOUBLE.has(letter) ? 2 : 1), 0);
    return length <= 160 ? 1 : Math.ceil(length / 153);
  }
  return body.length <= 70 ? 1 : Math.ceil(body.length / 67);
}

export function showMessages(list, messages, words) {
  const roll = list.parentElement;
  const atEnd = roll.scrollHeight - roll.scrollTop - roll.clientHeight < 40;
  const known = new Set([...list.children].map((one) => one.dataset.sid));
  for (const message of messages) {
    if (known.has(message.sid)) continue;
    const item = document.createElement("li");
    item.dataset.sid = message.sid;
    item.className = message.mine ? "mine" : "";
    const bubble = document.createElement("p");
    bubble.className = "bubble " + (message.mine ? "person" : "platform");
    bubble.textContent = message.body;
    const about = document.createElement("span");
    about.className = "who";
    const at = new Date(message.at).toLocaleTimeString("fr-FR");
    const parts = message.segments > 1 ? ` · ${message.segments} ${words.segments}` : "";
    about.textContent = `${message.mine ? words.to : words.from} ${message.with} · ${at}${parts}`;
    item.append(about, bubble);
    list.append(item);
  }
  if (atEnd || known.size === 0) roll.scrollTop = roll.scrollHeight;
}
