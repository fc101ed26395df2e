// Live parts. An element says what it shows and how to fetch it:
//
//   <div data-live="figures campaign:tracing" hx-get="..." hx-trigger="changed">
//
// One stream serves all topics of the page. Where something changed, the elements that show it get the event
// "changed"; after "resync", or when the stream cannot say what was missed, all of them do.
"use strict";

(() => {
  const SILENCE_MS = 12000; // the server gives a sign of life every five seconds
  const OFF_AFTER_MS = 2000; // a stream that is back by then was never shown as broken
  const HIDDEN_MS = 60000; // a tab nobody has looked at for this long listens no more
  const AGAIN_MS = [500, 1000, 2000, 4000, 8000, 15000];

  let source = null;
  let topics = "";
  let since = ""; // how far this page is: the id of the last event
  let failures = 0;
  let timers = {};

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const wordsOf = (part) => part.dataset.live.split(/\s+/).filter(Boolean);
  const refresh = (some) => some.forEach((part) => part.dispatchEvent(new Event("changed")));
  const later = (name, ms, act) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, ms);
  };
  const never = (...names) => names.forEach((name) => clearTimeout(timers[name]));

  // A page that must be told while nobody looks at it (a desk that is offered calls) goes on listening.
  const sleeps = () => !document.querySelector("[data-live-hidden]");
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  function show(on) {
    tell("stream-state", on);
    const state = document.getElementById("live-state");
    if (!state) return;
    state.hidden = false;
    const text = on ? state.dataset.on : state.dataset.off;
    if (state.textContent !== text) state.textContent = text; // it is read out when it changes
    state.classList.toggle("on", on);
    state.classList.toggle("off", !on);
  }

  function address() {
    const from = since ? `&since=${encodeURIComponent(since)}` : "";
    return `${document.body.dataset.stream}?topics=${encodeURIComponent(topics)}${from}`;
  }

  function close() {
    never("silence", "again");
    if (source) source.close();
    source = null;
  }

  function open() {
    close();
    topics = [...new Set(parts().flatMap(wordsOf))].sort().join(",");
    if (!topics) {
      never("off");
      const state = document.getElementById("live-state");
      if (state) state.hidden = true; // nothing here changes by itself
      return;
    }
    const mine = new EventSource(address(), { withCredentials: true });
    source = mine;
    const on = (name, act) =>
      mine.addEventListener(name, (event) => {
        if (source !== mine) return;
        since = event.lastEventId || since;
        later("silence", SILENCE_MS, lost);
        act(event);
      });
    on("ready", () => {
      failures = 0;
      never("off");
      show(true);
    });
    on("ping", () => tell("stream-ping"));
    on("changed", (event) => {
      const words = JSON.parse(event.data);
      refresh(parts().filter((part) => wordsOf(part).some((word) => words.includes(word))));
    });
    on("desk", () => refresh(parts().filter((part) => wordsOf(part).some((word) => word.startsWith("desk")))));
    on("resync", () => refresh(parts()));
    on("later", (event) => lost(Number(event.data)));
    on("signed-out", () => {
      close();
      window.location.reload();
    });
    mine.addEventListener("error", () => {
      if (source !== mine) return;
      if (mine.readyState === EventSource.CLOSED) askWhy();
      lost();
    });
    later("silence", SILENCE_MS, lost);
  }

  // An EventSource does not tell the code of a refusal. Whoever is signed out is shown where to sign in.
  function askWhy() {
    const asking = new AbortController();
    fetch(address(), { credentials: "include", cache: "no-store", signal: asking.signal })
      .then((answer) => {
        if (answer.status === 401) window.location.reload();
        asking.abort();
      })
      .catch(() => {});
  }

  function lost(waitMs) {
    close();
    const usual = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] * (0.75 + Math.random() / 2);
    failures += 1;
    if (failures === 1) later("off", OFF_AFTER_MS, () => show(false));
    later("again", waitMs || usual, open);
  }

  function look() {
    const now = [...new Set(parts().flatMap(wordsOf))].sort().join(",");
    if (now !== topics && !document.hidden) open();
  }

  function start() {
    since = document.body.dataset.since || "";
    open();
    new MutationObserver(() => later("look", 100, look)).observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["data-live"],
    });
    document.addEventListener("visibilitychange", () => {
      never("pause");
      if (document.hidden && sleeps()) later("pause", HIDDEN_MS, close);
      else if (!source) open();
    });
    window.addEventListener("offline", () => {
      lost();
      show(false);
    });
    window.addEventListener("online", open);
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", (event) => event.persisted && open());
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.body.dataset.stream) start();
  });
})();
