// The editor of a flow: line numbers, findings while one writes, saving by itself, suggestions. Without this
// script the page is a form with a text field.
"use strict";

const LINT_MS = 500;
const SAVE_MS = 2000;

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("editor");
  if (!form) return;
  const field = form.elements.source;
  const gutter = form.querySelector(".gutter");
  const saying = document.getElementById("save-state");
  let saved = field.value;
  let stopped = false;
  let saving = null;
  let asked = 0;
  let lintTimer, saveTimer;
  let words = { keys: {}, names: { prompts: [], steps: [] } };
  let marks = {};

  const state = (word) => { saying.textContent = form.dataset[word]; };
  const body = () => {
    const data = new URLSearchParams();
    for (const name of ["csrf_token", "revision", "source"]) data.set(name, form.elements[name].value);
    return data;
  };

  function number() {
    const lines = field.value.split("\n").length;
    const rows = [];
    for (let line = 1; line <= lines; line += 1) {
      const row = document.createElement("span");
      row.textContent = line;
      if (marks[line]) row.className = marks[line];
      rows.push(row, "\n");
    }
    gutter.replaceChildren(...rows);
    gutter.scrollTop = field.scrollTop;
  }

  async function lint() {
    const mine = (asked += 1);
    const answer = await fetch(form.dataset.lint, { method: "POST", body: body() }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const told = await answer.json();
    words = told;
    marks = {};
    for (const finding of told.findings) if (marks[finding.line] !== "error") marks[finding.line] = finding.severity;
    document.getElementById("findings").innerHTML = told.html;
    number();
  }

  async function save() {
    if (saving || stopped) return saving;
    if (field.value === saved) { state("saved"); return null; }
    const text = field.value;
    state("saving");
    saving = fetch(form.action, { method: "POST", body: body(), headers: { Accept: "application/json" } }).catch(() => null);
    const answer = await saving;
    saving = null;
    if (answer?.ok) {
      saved = text;
      const { revision } = await answer.json();
      document.querySelectorAll("[name=revision]").forEach((input) => { input.value = revision; });
      document.getElementById("to-publish").hidden = false;
      state(field.value === saved ? "saved" : "unsaved");
    } else if (answer?.status === 409) {
      stopped = true;
      const conflict = document.getElementById("conflict");
      conflict.textContent = (await answer.json()).message;
      conflict.hidden = false;
      state("unsaved");
      return null;
    } else {
      state("failed");
    }
    if (field.value !== saved) later();
    return null;
  }

  function later() {
    clearTimeout(lintTimer);
    clearTimeout(saveTimer);
    lintTimer = setTimeout(lint, LINT_MS);
    saveTimer = setTimeout(save, SAVE_MS);
  }

  field.addEventListener("input", () => {
    state("unsaved");
    number();
    later();
    suggest(false);
  });
  // Writing at the edge scrolls, one frame later than the key: the suggestions move along.
  field.addEventListener("scroll", () => { gutter.scrollTop = field.scrollTop; if (!list.hidden) beside(); });
  form.addEventListener("submit", () => { saved = field.value; });
  window.addEventListener("beforeunload", (event) => { if (field.value !== saved) event.preventDefault(); });
  // Links of this page wait until what was written is kept.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || link.hasAttribute("download") || field.value === saved || stopped || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    clearTimeout(saveTimer);
    await save();
    window.location.assign(link.href);
  });

  document.getElementById("findings").addEventListener("click", (event) => {
    const button = event.target.closest("[data-line]");
    if (!button) return;
    const lines = field.value.split("\n");
    const line = Number(button.dataset.line);
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[line - 1] || "").length);
    field.scrollTop = Math.max(0, (line - 6) * height());
  });

  // Suggestions: keys by their place in the file, names where a name is asked for.
  const list = document.getElementById("suggestions");
  const height = () => parseFloat(getComputedStyle(field).lineHeight);
  let chosen = -1;
  let typed = "";

  function close() {
    list.hidden = true;
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
  }

  function place(lines) {
    const keys = [];
    let depth = lines[lines.length - 1].match(/^ */)[0].length;
    for (let at = lines.length - 2; at >= 0 && depth > 0; at -= 1) {
      const found = lines[at].match(/^( *)(?:- )?"?([\w.*#-]+)"?:/);
      if (found && found[1].length < depth) { keys.unshift(found[2]); depth = found[1].length; }
    }
    const opened = lines[lines.length - 1].match(/([\w-]+): \{[^}]*$/);
    const own = lines[lines.length - 1].match(/^ *"?([\w.*#-]+)"?: \{[^}]*$/);
    if (opened && (!own || own[1] !== opened[1])) { const first = lines[lines.length - 1].match(/^ *"?([\w.*#-]+)"?:/); if (first) keys.push(first[1]); }
    if (opened) keys.push(opened[1]);
    return keys;
  }

  function offers(before) {
    const lines = before.split("\n");
    const line = lines[lines.length - 1];
    const value = line.match(/"?([\w*#]+)"?: *(?:\[(?:[\w-]+, *)*)?([\w-]*)$/);
    const keys = place(lines);
    if (value) {
      typed = value[2];
      if (/^(say|prompt|\w+_prompt)$/.test(value[1])) return words.names.prompts;
      if (/^(next|otherwise|on_\w+)$/.test(value[1]) || keys.includes("keys") || keys.includes("words")) return ["repeat", ...words.names.steps];
      return [];
    }
    typed = line.match(/[\w-]*$/)[0];
    for (const [path, known] of Object.entries(words.keys)) {
      const parts = path ? path.split(".") : [];
      if (parts.length === keys.length && parts.every((part, at) => part === "*" || part === keys[at])) {
        const exact = parts.every((part, at) => part === keys[at] || !Object.keys(words.keys).includes([...parts.slice(0, at), keys[at]].join(".")));
        if (exact && known.length) return known;
      }
    }
    return [];
  }

  function suggest(always) {
    const before = field.value.slice(0, field.selectionStart);
    const found = [...new Set(offers(before))].filter((word) => word.startsWith(typed) && word !== typed).slice(0, 40);
    if (!found.length || (!always && typed.length < 2)) return close();
    list.replaceChildren(...found.map((word, at) => {
      const item = document.createElement("li");
      item.id = `suggestion-${at}`;
      item.role = "option";
      item.textContent = word;
      return item;
    }));
    beside();
    list.hidden = false;
    choose(0);
    return undefined;
  }

  // Put the suggestions below the caret.
  function beside() {
    const lines = field.value.slice(0, field.selectionStart).split("\n");
    const style = getComputedStyle(field);
    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = style.font;
    const left = gutter.offsetWidth + 10 + ruler.measureText(lines[lines.length - 1]).width - field.scrollLeft;
    list.style.left = `${Math.max(0, Math.min(left, field.offsetWidth - 150))}px`;
    list.style.top = `${Math.min(9 + lines.length * height() - field.scrollTop, field.offsetHeight - 40)}px`;
  }

  function choose(at) {
    const items = [...list.children];
    chosen = (at + items.length) % items.length;
    items.forEach((item, one) => item.setAttribute("aria-selected", String(one === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", items[chosen].id);
  }

  function take(word) {
    const at = field.selectionStart;
    field.setRangeText(word.slice(typed.length), at, at, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
  }

  let escaped = false;
  field.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); suggest(true); return; }
    if (open && event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (open && event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
    else if (open && (event.key === "Enter" || event.key === "Tab")) { event.preventDefault(); take(list.children[chosen].textContent); }
    else if (event.key === "Escape") { if (open) event.stopPropagation(); close(); escaped = true; return; }
    else if (event.key === "Tab" && !event.shiftKey && !escaped) { event.preventDefault(); indent(); }
    else if (event.key === "Enter") { event.preventDefault(); deeper(); }
    escaped = false;
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) take(item.textContent);
  });
  field.addEventListener("blur", close);

  function put(text) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const indent = () => put("  ");
  function deeper() {
    const line = field.value.slice(0, field.selectionStart).split("\n").pop();
    put(`\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? "  " : ""}`);
  }

  number();
  lint();
});
