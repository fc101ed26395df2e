"use strict";

// Confirmations: a button opens the dialog it names, another closes it; Escape works by itself.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens], [data-closes]");
  if (!button) return;
  const dialog = document.getElementById(button.dataset.opens || button.dataset.closes);
  if (button.dataset.opens) dialog.showModal();
  else dialog.close();
});

// What must be typed before an act is possible.
document.addEventListener("input", (event) => {
  const wanted = event.target.dataset.mustBe;
  if (!wanted) return;
  event.target.setCustomValidity(event.target.value.trim() === wanted ? "" : wanted);
});
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-must-be]").forEach((field) => field.setCustomValidity(field.dataset.mustBe));
});

// The menu and the filters of narrow screens.
function fold(button, open) {
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.dataset.toggles).classList.toggle("unfolded", open);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  if (button) fold(button, button.getAttribute("aria-expanded") !== "true");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const button = document.querySelector('[data-toggles][aria-expanded="true"]');
  if (!button) return;
  fold(button, false);
  button.focus();
});

// A form of filters sends what is filled in only, so that the address stays short.
document.addEventListener("formdata", (event) => {
  if (!("lean" in event.target.dataset)) return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

// Toasts: read out once the page is there; those with nothing to undo go by themselves, never under a hand.
const TOAST_MS = 8000;
document.addEventListener("DOMContentLoaded", () => {
  const region = document.getElementById("toasts");
  const toasts = [...region.children];
  toasts.forEach((toast) => toast.remove());
  setTimeout(() => toasts.forEach((toast) => region.append(toast)), 50);
  for (const toast of toasts) {
    if (toast.querySelector("form")) continue;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST_MS) : toast.remove());
    setTimeout(leave, TOAST_MS);
  }
});
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismisses]")?.closest(".toast").remove();
});
