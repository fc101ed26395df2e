// The code of a link stands behind its "#", which no browser sends: it goes into the form, and out of sight.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("field-code");
  const code = window.location.hash.slice(1);
  if (!field || !code) return;
  window.sessionStorage.setItem("link-code", code);
  window.history.replaceState(null, "", window.location.pathname);
});
document.addEventListener("DOMContentLoaded", () => {
  // After a refusal the form comes back empty, as secrets are never filled in again by the server.
  const field = document.getElementById("field-code");
  if (field) field.value = window.sessionStorage.getItem("link-code") ?? "";
});
