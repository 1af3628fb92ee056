// The writing desk: ties the sheet to its parts, its counts, its rows and its saving.

import { sayFindings, startShowing } from "./writing-coach.js";
import { startPanels } from "./writing-panels.js";
import { asked, rowsIn, startRows } from "./writing-rows.js";
import { startSaving } from "./writing-save.js";
import { lengthOf, say as sayLength } from "./writing-words.js";

const form = document.querySelector("#sheet");
const find = (selector) => document.querySelector(selector);
const line = find("[data-status]");
const notices = find("[data-notices]");
const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { timeStyle: "short" });
const day = (at) => new Date(at).toLocaleDateString("en-GB", { dateStyle: "long" });
let savedAt = null;

const said = find("[data-said]");
// The same once more is no news.
const say = (text) => {
  if (said.textContent !== text) said.textContent = text;
};

// What is wrong with a field is read with it, beside what belongs there.
function describe(field, fault = "") {
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => !id.startsWith("fault-"));
  field.setAttribute("aria-describedby", [...others, fault].filter(Boolean).join(" "));
}

function button(label, act, kind = "quiet") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button small ${kind}`;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function sayCoached(open, findings) {
  for (const link of document.querySelectorAll(".parts [data-part]")) {
    const count = open[link.dataset.part] ?? 0;
    link.querySelector("[data-open]").hidden = !count;
    link.querySelector("[data-count]").textContent = count;
  }
  sayFindings(form, findings);
}

const show = {
  // People who write by ear hear of trouble, and of its end; a save every few seconds would talk into each sentence.
  line(text) {
    if (line.parentElement.classList.contains("wrong")) say(text);
    line.parentElement.classList.remove("wrong");
    line.textContent = `Draft\u00a0· ${text}`;
  },
  trouble(text, label = "", url = "") {
    line.parentElement.classList.add("wrong");
    line.textContent = text;
    say(text);
    if (!label) return;
    const link = document.createElement("a");
    link.href = url;
    link.textContent = label;
    line.append(" ", link);
  },
  faults(faults) {
    for (const old of form.querySelectorAll("[data-fault]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      describe(field);
    }
    for (const { name, sentence } of faults) {
      const field = form.elements[name];
      const said = document.createElement("p");
      said.className = "field-error";
      said.dataset.fault = "";
      said.id = `fault-${name}`;
      said.textContent = sentence;
      field?.setAttribute("aria-invalid", "true");
      field?.after(said);
      if (field) describe(field, said.id);
      const fold = field?.closest("details");
      if (fold) fold.open = true;
    }
  },
  others: (fields, sent) => takeOver(fields, sent),
  conflict({ panel, open, findings }) {
    sayCoached(open, findings);
    notices.replaceChildren(document.createRange().createContextualFragment(panel));
    startConflict();
  },
  compare() {
    const panel = find("[data-conflict]");
    panel.scrollIntoView({ block: "start" });
    panel.focus({ preventScroll: true });
    say("Choose which text to keep first.");
  },
};

const saving = startSaving(form, {
  show,
  answered(status) {
    savedAt = status.saved_at;
    show.line("saved just now");
    if (status.others?.length) {
      const names = status.others.join(" and ");
      show.line(`saved just now, with changes by ${names}`);
      say(`${names} wrote here too. Their changes are on your sheet now.`);
    }
    find("[data-length]").textContent = sayLength(status.words, status.pages);
    find("[data-progress]").textContent = `· ${status.progress}`;
    find("[data-freeze]").textContent = status.freeze;
    sayCoached(status.open, status.findings);
    setTimeout(() => {
      const isStill = savedAt === status.saved_at && !saving.isUnsaved();
      if (isStill) show.line(`saved at ${clock(Date.now() - 60_000)}`);
    }, 60_000);
  },
});
const changed = () => {
  find("[data-length]").textContent = lengthOf(form);
  for (const row of form.querySelectorAll("[data-question]")) markSettled(row);
  saving.changed();
};
const rows = startRows(form, changed, say);

// An honest unknown counts as an answer when it names who, by when and how.
function markSettled(row) {
  const value = (part) => row.querySelector(`[name$="-${part}"]`)?.value.trim() ?? "";
  const isUnknown = ["owner", "until", "settled_by"].every(value);
  row.querySelector("[data-todo]").hidden = Boolean(value("question") && (value("answer") || isUnknown));
}

// Puts texts into their fields, making the rows of the FAQ that they need.
function fill(fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (!field || name === "version") continue;
    if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value)) {
      field.add(new Option(value, value));
    }
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Puts what others wrote on the sheet, unless somebody has typed there since it was sent. A side of
// the FAQ whose questions changed is taken over as a whole. Returns whether the sheet holds all now.
function takeOver(fields, sent) {
  const now = Object.fromEntries(new FormData(form));
  const sides = ["external", "internal"].filter((side) => form.querySelector(`[data-side="${side}"]`));
  const isStirred = (side) => new Set([fields, sent, now].map((each) => asked(each, side))).size > 1;
  const stirred = sides.filter(isStirred);
  const placeOf = (name) => stirred.find((side) => name.startsWith(`${side}-`)) ?? name;
  const names = [...new Set([...Object.keys(now), ...Object.keys(sent)])];
  const touched = new Set(names.filter((name) => (now[name] ?? "") !== (sent[name] ?? "")).map(placeOf));
  const coming = Object.entries(fields).filter(([name, value]) => (sent[name] ?? "") !== value);
  const fitting = coming.filter(([name]) => !touched.has(placeOf(name)));
  const resized = sides.filter((side) => rowsIn(fields, side) !== rowsIn(sent, side));
  saving.filling(() => {
    for (const side of resized) if (!touched.has(side)) rows.fit(side, rowsIn(fields, side));
    fill(Object.fromEntries(fitting));
  });
  return fitting.length === coming.length && !resized.some((side) => touched.has(side));
}

function startConflict() {
  const panel = find("[data-conflict]");
  if (!panel) return;
  saving.halt();
  for (const use of panel.querySelectorAll("[data-use]")) {
    use.hidden = !use.matches("[data-theirs]");
    use.addEventListener("click", () => {
      for (const both of panel.querySelectorAll(`[data-use="${use.dataset.use}"]`)) {
        both.hidden = both === use;
      }
      const { use: name, rows: all, value } = use.dataset;
      const fields = all ? JSON.parse(all) : { [name]: value };
      const [, side, number] = /^(external|internal)-(\d+)-/.exec(name) ?? [];
      if (all) rows.fit(name, rowsIn(fields, name));
      else if (side) rows.fit(side, Math.max(rows.count(side), Number(number) + 1));
      fill(fields);
      say("Your sheet now has this text.");
    });
  }
  panel.querySelector("[data-settle]").addEventListener("click", (event) => {
    event.preventDefault();
    panel.remove();
    saving.settle();
  });
}

function offer(kept) {
  const note = document.createElement("section");
  note.className = "note iterate kept";
  const told = document.createElement("p");
  const when = `${day(kept.at) === day(Date.now()) ? "" : `${day(kept.at)}, `}${clock(kept.at)}`;
  told.textContent = `Your text from ${when} wasn’t saved on the server. This browser kept it.`;
  const actions = document.createElement("div");
  actions.className = "row";
  actions.append(
    button("Restore", async () => {
      // What was typed since must be safe before other words take its place.
      if (saving.isUnsaved() && !(await saving.save())) return;
      for (const side of ["external", "internal"]) {
        if (form.querySelector(`[data-side="${side}"]`)) rows.fit(side, rowsIn(kept.fields, side));
      }
      note.remove();
      saving.goOnFrom(kept.fields.version);
      fill(kept.fields);
      saving.forget(kept);
    }),
    button("Delete", () => {
      saving.forget(kept);
      note.remove();
    }),
  );
  note.append(told, actions);
  notices.prepend(note);
}

form.addEventListener("input", changed);
form.addEventListener("change", ({ target }) => {
  if (target.name !== "language") return;
  const isRightToLeft = target.dataset.rtl.split(" ").includes(target.value.split("-")[0]);
  const rowsToCome = [...form.querySelectorAll("template")].map((template) => template.content);
  for (const root of [form, ...rowsToCome]) {
    for (const field of root.querySelectorAll(".control[lang]")) {
      field.lang = target.value;
      field.dir = isRightToLeft ? "rtl" : "ltr";
    }
  }
});
// In a part of one sentence Enter goes on to the next field; nobody sends a sheet by accident.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (!event.target.matches("input, textarea.one-line")) return;
  event.preventDefault();
  const fields = [...form.querySelectorAll(".control")].filter((field) => field.offsetParent);
  fields[fields.indexOf(event.target) + 1]?.focus();
});
addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  saving.save();
});
form.addEventListener("focusin", ({ target }) => {
  const part = target.closest(".part")?.id;
  if (!part) return;
  for (const link of document.querySelectorAll(".parts [data-part]")) {
    if (link.hash === `#${part}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
});
find(".parts").addEventListener("click", (event) => {
  const link = event.target.closest("[data-part]");
  const field = link && find(`${link.hash} .control`);
  if (!field) return;
  event.preventDefault();
  find(link.hash).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
});
// The other pages of the idea show what is saved.
addEventListener("click", async (event) => {
  const link = event.target.closest(".tabs a, .subtabs a");
  if (!link || !saving.isUnsaved() || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (await saving.save()) location.assign(link.href);
});

find("[data-save]").hidden = true;
startPanels();
startShowing(form);
startConflict();
if (!notices.children.length) for (const kept of saving.kept()) offer(kept);
// Somebody may have typed before this script was there to hear it.
if ([...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue)) changed();
