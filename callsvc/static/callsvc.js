// Live pages: the stream says that something changed, htmx fetches the fragment that shows it.
"use strict";

function follow(address) {
  const state = document.getElementById("live-state");
  const source = new EventSource(address, { withCredentials: true });
  const show = (on) => {
    state.textContent = on ? state.dataset.on : state.dataset.off;
    state.classList.toggle("on", on);
    state.classList.toggle("off", !on);
  };
  const refresh = () => document.body.dispatchEvent(new Event("changed"));
  let wasOff = false;
  source.addEventListener("ready", () => {
    show(true);
    if (wasOff) refresh(); // whatever happened while the stream was broken
    wasOff = false;
  });
  source.addEventListener("changed", refresh);
  source.addEventListener("signed-out", () => {
    source.close();
    window.location.reload();
  });
  source.addEventListener("error", () => {
    wasOff = true;
    show(false);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const address = document.body.dataset.stream;
  if (address) follow(address);
});

// Confirmations: a button opens the dialog it names, another closes it; Escape works by itself.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens], [data-closes]");
  if (!button) return;
  const dialog = document.getElementById(button.dataset.opens || button.dataset.closes);
  if (button.dataset.opens) dialog.showModal();
  else dialog.close();
});
