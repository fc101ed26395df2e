// Reads the page anew when the simulator says that something changed, and lets the clock run.

const main = document.querySelector("main[data-changes]");
const mark = document.getElementById("live");

/** Every time of the page in the visitor's own zone. */
function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-keep])")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    time.textContent = at.toLocaleTimeString("fr-FR");
    time.title = at.toLocaleString(document.documentElement.lang);
  }
}

function runClock() {
  const clock = document.getElementById("clock");
  const lived = Date.parse(clock.dateTime), began = Date.now(), speed = Number(clock.dataset.speed);
  const show = () => {
    clock.textContent = new Date(lived + (Date.now() - began) * speed).toLocaleTimeString("fr-FR");
  };
  show();
  if (speed) setInterval(show, 1000);
}

/** Put what changed in place; what is open, scrolled and focused stays so. */
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  localise(fresh);
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now || now.innerHTML === old.dataset.was) continue;
    const open = new Set([...old.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const focused = old.contains(document.activeElement) ? path(document.activeElement, old) : null;
    old.dataset.was = now.innerHTML;
    old.replaceChildren(...now.childNodes);
    for (const one of old.querySelectorAll("details")) one.open = open.has(one.dataset.key);
    if (focused) follow(focused, old)?.focus({ preventScroll: true });
  }
}

/** The way from a region to the element that has the focus. */
function path(element, region) {
  const steps = [];
  for (let at = element; at !== region; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
  return steps;
}

function follow(steps, region) {
  return steps.reduce((at, step) => at?.children[step], region);
}

let reading = false, again = false;
async function renewOnce() {
  if (reading) { again = true; return; }
  reading = true;
  try {
    await renew();
  } catch {
    // The simulator is gone for a moment: the stream says so, and its return reads the page anew.
  } finally {
    reading = false;
    if (again) { again = false; renewOnce(); }
  }
}

function listen() {
  const stream = new EventSource("/_simulator/changes?subject=" + encodeURIComponent(main.dataset.changes));
  const say = (on) => {
    if (!mark) return;
    mark.classList.toggle("on", on);
    mark.textContent = on ? mark.dataset.on : mark.dataset.off;
  };
  let before = false;
  stream.onopen = () => { say(true); if (before) renewOnce(); before = true; };
  stream.onerror = () => say(false);
  stream.addEventListener("changed", renewOnce);
}

localise(document);
runClock();
for (const back of document.querySelectorAll("[data-back]")) back.value = location.pathname + location.search;
if (main) listen();
