// A telephone in the browser. The simulator decides what is so; this page shows it and says what the person does.

import { pressTone, startRinging, stopRinging } from "./sound.js";
import { canListen, hush, listenOnce, read } from "./speech.js";
import { segmentsOf, showMessages } from "./texts.js";

const desk = document.getElementById("desk");
const number = desk.dataset.number, speed = Number(desk.dataset.speed), words = JSON.parse(desk.dataset.words);
const home = "/_simulator/phones/" + encodeURIComponent(number);
const $ = (id) => document.getElementById(id);
let state = null, stream = null, left = false, timer = null;

// Asking the simulator.

async function ask(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const facts = await answer.json();
  if (!answer.ok) throw new Error(facts.message ?? answer.statusText);
  return facts;
}

/** Do something; what was refused is said at the foot of the page. */
async function act(verb, body) {
  try {
    await ask("POST", `${home}/${verb}`, body);
    return true;
  } catch (problem) {
    complain(problem.message);
    return false;
  }
}

let complaint = 0;
function complain(text) {
  $("wrong").textContent = text;
  $("wrong").hidden = false;
  clearTimeout(complaint);
  complaint = setTimeout(() => { $("wrong").hidden = true; }, 6000);
}

// Holding the telephone.

async function hold() {
  try {
    await ask("POST", "/_simulator/phones", { number });
  } catch (problem) {
    $("line").textContent = problem.message || words.lost;
    setTimeout(hold, 2000);
    return;
  }
  stream?.close();
  stream = new EventSource(`${home}/events`);
  stream.addEventListener("snapshot", (event) => attach(JSON.parse(event.data)));
  stream.addEventListener("state", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("line", (event) => { const line = JSON.parse(event.data); add(line); utter(line); });
  stream.addEventListener("hush", hush);
  stream.addEventListener("messages", readMessages);
  stream.onerror = () => {
    if (left) return;
    $("line").textContent = words.lost;
    if (stream.readyState === EventSource.CLOSED) setTimeout(hold, 1000);
  };
}

function attach(snapshot) {
  $("line").textContent = words.ready;
  $("log").replaceChildren();
  snapshot.lines.forEach(add);
  show(snapshot);
  readMessages();
}

async function readMessages() {
  try {
    showMessages($("messages"), (await ask("GET", `${home}/messages`)).messages, words);
  } catch (problem) {
    complain(problem.message);
  }
}

// Showing it.

/** A French number in the groups in which it is read. */
const spaced = (text) => text.replace(/^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "+33 $1 $2 $3 $4 $5");

function mode() {
  const call = state.call;
  if (!call) return "idle";
  if (call.ringing) return "ringing";
  return call.answered_at ? "call" : "waiting";
}

function show(fresh) {
  const before = state && mode(), newCall = fresh.call && fresh.call.sid !== state?.call?.sid;
  state = fresh;
  if (newCall && before !== null) { $("log").replaceChildren(); hush(); }
  const now = mode(), call = state.call;
  const incoming = now === "waiting" && call.direction !== "inbound"; // dialled, not yet ringing here
  $("screen").dataset.mode = incoming ? "idle" : now;
  $("mode").textContent = incoming ? words.idle : modeWords(now, call);
  $("other").textContent = call && !incoming ? spaced(call.with) : "";
  $("answer").hidden = $("decline").hidden = now !== "ringing";
  $("hangup").hidden = !call || now === "ringing" || incoming;
  $("dial").hidden = Boolean(call) && !incoming;
  $("gather").hidden = !call?.gather;
  if (call?.gather) $("gather").textContent = gatherWords(call.gather);
  const sid = call?.sid ?? state.last_call?.sid;
  $("timeline").hidden = !sid;
  if (sid) $("timeline").href = `/_simulator/page/calls/${sid}`;
  if (now !== before) change(now, incoming);
}

function change(now, incoming) {
  stopRinging();
  clearInterval(timer);
  $("timer").textContent = "";
  if (now === "ringing") {
    if (on("sound")) startRinging("ring");
    if (document.activeElement === document.body) $("answer").focus();
  } else if (now === "waiting" && !incoming) {
    if (on("sound")) startRinging("ringback");
  } else if (now === "call") {
    const answered = Date.now() - (Date.parse(state.clock) - Date.parse(state.call.answered_at)) / (speed || 1);
    const tick = () => { $("timer").textContent = lasted((Date.now() - answered) / 1000 * (speed || 1)); };
    tick();
    timer = setInterval(tick, 500);
  }
  if (now !== "call") $("caption").textContent = "";
}

function modeWords(now, call) {
  if (now === "idle") return state.last_call ? `${words.ended} ${words[state.last_call.status] ?? state.last_call.status}` : words.idle;
  if (now === "ringing") return words.incoming;
  if (now === "waiting") return words.calling;
  return call.connected_with.length ? `${words.connected} ${call.connected_with.map(spaced).join(", ")}` : words.talking;
}

function gatherWords(gather) {
  const inputs = (gather.input ?? "dtmf").split(" ");
  const asked = [];
  if (inputs.includes("dtmf")) asked.push(gather.numDigits ? words.digits.replace("{n}", gather.numDigits) : words.keys);
  if (inputs.includes("speech")) asked.push(words.speech);
  return asked.join(" · ") + (gather.digits ? ` : ${gather.digits}` : "");
}

const lasted = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** One line of the conversation; keys pressed one after the other share a line. */
function add(line) {
  const log = $("log"), last = log.lastElementChild;
  if (line.what === "pressed" && last?.dataset.what === "pressed") {
    last.querySelector("p").append(key(line.text));
    return;
  }
  const item = document.createElement("li"), at = document.createElement("time"), side = document.createElement("div");
  item.className = line.who;
  item.dataset.what = line.what;
  at.className = "offset";
  at.textContent = new Date(line.at).toLocaleTimeString("fr-FR");
  const who = document.createElement("span"), text = document.createElement("p");
  who.className = "who";
  who.textContent = { platform: words.platform, me: words.me, other: spaced(line.from ?? "") }[line.who] ?? "";
  text.className = line.who === "carrier" ? "" : `bubble ${line.who === "me" ? "person" : "platform"}`;
  if (line.language) text.lang = line.language;
  if (line.what === "pressed") { text.className = "keys"; text.append(key(line.text)); }
  else text.textContent = line.who === "carrier" ? carrierWords(line) : (line.what === "played" ? "♪ " : "") + line.text;
  if (who.textContent) side.append(who);
  side.append(text);
  item.append(at, side);
  log.append(item);
  log.parentElement.scrollTop = log.scrollHeight;
  if (line.who === "platform" || line.who === "other") $("caption").textContent = line.text;
}

function carrierWords(line) {
  if (line.what === "connected") return `${words.connected} ${line.text.split(", ").map(spaced).join(", ")}`;
  return words[line.what === "alone" ? "alone" : line.text] ?? line.text;
}

function key(text) {
  const cap = document.createElement("kbd");
  cap.textContent = text;
  return cap;
}

function utter(line) {
  const spoken = line.what === "said" && (line.who === "platform" || line.who === "other");
  if (spoken && on("aloud")) read(line.text, line.language, line.seconds, line.who === "other" ? 1 : speed);
}

// What the person does.

function press(digit) {
  const cap = document.querySelector(`[data-key="${CSS.escape(digit)}"]`);
  cap?.classList.add("down");
  setTimeout(() => cap?.classList.remove("down"), 120);
  if (on("sound")) pressTone(digit);
  if (!state?.call?.answered_at) {
    if (!state?.call) $("to").value += digit;
    return;
  }
  if (state.call.gather) hush(); // the simulator may have done speaking before the browser has
  act("press", { digits: digit });
}

document.querySelector(".keypad").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) press(button.dataset.key);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (/^[0-9*#]$/.test(event.key)) press(event.key);
});
$("answer").addEventListener("click", () => act("answer"));
$("decline").addEventListener("click", () => act("decline"));
$("hangup").addEventListener("click", () => { hush(); act("hangup"); });
$("dial").addEventListener("submit", (event) => { event.preventDefault(); act("call", { to: $("to").value }); });
$("leave").addEventListener("click", async () => {
  left = true;
  stream?.close();
  try { await ask("DELETE", home); } finally { location.href = "/_simulator/phone"; }
});
$("speak").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = $("words").value.trim();
  if (said && await act("say", { words: said })) $("words").value = "";
});
$("text").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await act("text", { to: $("text-to").value, body: $("body").value })) { $("body").value = ""; count(); }
});
function count() {
  const body = $("body").value;
  $("segments").textContent = body ? `${[...body].length} ${words.letters} · ${segmentsOf(body)} ${words.segments}` : "";
}
$("body").addEventListener("input", count);

if (canListen) {
  let stop = null;
  $("listen").hidden = false;
  $("listen").addEventListener("click", () => {
    if (stop) { stop(); return; }
    hush();
    $("listen").setAttribute("aria-pressed", "true");
    const language = state?.call?.gather?.language;
    stop = listenOnce(language, (said) => act("say", { words: said }), () => {
      stop = null;
      $("listen").setAttribute("aria-pressed", "false");
    });
  });
}

// Switches, remembered in this browser.

const on = (id) => $(id).getAttribute("aria-pressed") === "true";
for (const id of ["sound", "aloud"]) {
  $(id).setAttribute("aria-pressed", String(localStorage.getItem("phone-" + id) !== "off"));
  $(id).addEventListener("click", () => {
    $(id).setAttribute("aria-pressed", String(!on(id)));
    localStorage.setItem("phone-" + id, on(id) ? "on" : "off");
    if (!on("sound")) stopRinging();
    else if (state && mode() === "ringing") startRinging("ring");
    if (!on("aloud")) hush();
  });
}
document.addEventListener("pointerdown", () => {
  // Browsers stay silent until the page is touched: what rings already is heard from now on.
  if (state && mode() === "ringing" && on("sound")) { stopRinging(); startRinging("ring"); }
}, { once: true });

hold();
