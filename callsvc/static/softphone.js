// The voice SDK in the browser: registers this agent's softphone and picks up. The call was taken on the desk
// already, and the service hangs up, so that there is nothing to press here.
"use strict";

(() => {
  const say = (place, text, broken) => {
    place.textContent = text;
    place.classList.toggle("warn", broken);
  };

  async function token(place) {
    const answer = await fetch(place.dataset.token, {
      method: "POST",
      headers: { "X-CSRFToken": document.getElementById("live").dataset.token },
    });
    if (!answer.ok) throw new Error(`token: ${answer.status}`);
    return (await answer.json()).token;
  }

  document.addEventListener("DOMContentLoaded", async () => {
    const place = document.getElementById("softphone");
    if (!place || !window.Twilio) return;
    try {
      const device = new window.Twilio.Device(await token(place), { closeProtection: true });
      device.on("registered", () => say(place, place.dataset.ready, false));
      device.on("error", () => say(place, place.dataset.broken, true));
      device.on("tokenWillExpire", async () => device.updateToken(await token(place)));
      device.on("incoming", (call) => call.accept());
      await device.register();
    } catch {
      say(place, place.dataset.broken, true);
    }
  });
})();
