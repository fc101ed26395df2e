// The phone in the page: the keypad, the keyboard, and prompts read aloud by the browser's own voices.
"use strict";

const onTurn = () => {
  const phone = document.getElementById("phone");
  const said = phone?.querySelector(".flow-said");
  if (said) said.scrollTop = said.scrollHeight;
  speak(phone ? [...phone.querySelectorAll("[data-speak]")] : []);
};

function speak(lines) {
  const voices = window.speechSynthesis;
  if (!voices) return;
  voices.cancel();
  if (!document.getElementById("aloud")?.checked) return;
  for (const line of lines) {
    const words = new SpeechSynthesisUtterance(line.querySelector(".text").textContent);
    words.lang = line.dataset.speak;
    voices.speak(words);
  }
}

// A key goes into the field; the input is sent once it is complete, as a carrier would.
function press(key) {
  const form = document.querySelector(".flow-keys");
  const field = form?.querySelector("#typed");
  if (!field || !["keys", "queue"].includes(form.dataset.kind)) return;
  const digits = Number(form.dataset.digits);
  const finished = key === form.dataset.finish && field.value !== "";
  if (!finished) field.value += key;
  if (finished || (digits && field.value.length >= digits)) form.querySelector('[value="keys"]').click();
}

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (key) press(key.dataset.key);
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9*#]$/.test(event.key)) press(event.key);
});
document.addEventListener("change", (event) => {
  if (event.target.id === "aloud") speak([]);
});
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".flow-try");
  if (!place) return;
  new MutationObserver((changes) => {
    const replaced = changes.some((change) => [...change.addedNodes].some((node) => node.id === "phone"));
    if (!replaced) return;
    onTurn();
    place.querySelector("#typed, .flow-keys button, .flow-said")?.focus({ preventScroll: true });
  }).observe(place, { childList: true });
  onTurn();
});
