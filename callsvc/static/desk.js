// An agent's desk: says every ten seconds that somebody is there, counts times down, tells when the stream is
// lost, and keeps looking then. Each act is a form and works without any of this.
"use strict";

(() => {
  const SEEN_MS = 10000; // the service waits for three of these before it sets the agent away
  const LOOK_MS = 5000; // without a stream

  let seenAt = 0;
  let live = true;
  const started = new WeakMap(); // countdown -> [what it said, when]

  const desk = () => document.getElementById("live");

  function seen() {
    const part = desk();
    if (!part || Date.now() - seenAt < SEEN_MS - 500) return;
    seenAt = Date.now();
    fetch(part.dataset.seen, { method: "POST", headers: { "X-CSRFToken": part.dataset.token } }).catch(() => {
      seenAt = 0; // as soon as the network is back
    });
  }

  function count() {
    for (const element of document.querySelectorAll(".countdown")) {
      const said = element.dataset.left;
      if (!started.has(element) || started.get(element)[0] !== said) started.set(element, [said, Date.now()]);
      const since = (Date.now() - started.get(element)[1]) / 1000;
      const left = Math.max(0, Math.ceil(Number(said) - since * Number(element.dataset.speed)));
      const text = left
        ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
        : element.dataset.over;
      if (element.textContent !== text) element.textContent = text;
    }
  }

  // Alt and a letter or digit press the button that bears it. Digits by their place: on a French keyboard they
  // are not the unshifted signs; letters by what is printed, except where Alt writes another sign (macOS).
  function keyOf(event) {
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
    if (digit) return digit[1];
    return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
  }

  function pressed(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !desk()) return;
    const wanted = keyOf(event);
    const button = [...desk().querySelectorAll("[data-key]")].find((one) => one.dataset.key === wanted);
    if (!button || button.disabled || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    button.click();
  }

  function streamIs(on) {
    live = on;
    const lost = document.getElementById("connection-lost");
    if (lost) lost.hidden = on;
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.addEventListener("keydown", pressed);
    seen();
    count();
    setInterval(count, 500);
    setInterval(seen, SEEN_MS);
    setInterval(() => {
      if (!live && desk()) desk().dispatchEvent(new Event("changed"));
    }, LOOK_MS);
  });
  // A hidden tab's timers sleep for a minute; what the stream sends still wakes it.
  document.addEventListener("stream-ping", seen);
  document.addEventListener("stream-state", (event) => streamIs(event.detail));
})();
