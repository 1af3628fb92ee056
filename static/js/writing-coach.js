// The coach's voice in the margin: what it says after each save, and the way from there to the words.

// What a finding says, without what changes when one types before its words or unfolds it.
const said = (finding) => finding.outerHTML.replace(/ (?:data-start="\d+"|open(?:="")?)/g, "");

// Puts what is new beside its part. What is said already stays where it is, so that nobody hears it
// twice and what was unfolded stays so.
export function sayFindings(form, findings) {
  for (const margin of form.querySelectorAll("[data-findings]")) {
    const parsed = document.createRange().createContextualFragment(findings[margin.dataset.findings] ?? "");
    const list = margin.querySelector("ul") ?? margin.appendChild(document.createElement("ul"));
    list.className = "findings";
    const known = new Map([...list.children].map((finding) => [finding.dataset.finding, finding]));
    const now = [...parsed.querySelectorAll("li")].map((finding) => {
      const old = known.get(finding.dataset.finding);
      if (!old || said(old) !== said(finding)) return finding;
      moveStart(old, finding);
      return old;
    });
    for (const shown of [...list.children]) if (!now.includes(shown)) shown.remove();
    now.forEach((finding, place) => {
      if (list.children[place] !== finding) list.insertBefore(finding, list.children[place] ?? null);
    });
    if (!list.children.length) list.remove();
  }
  hideDeadButtons(form);
}

function moveStart(old, finding) {
  const button = old.querySelector("[data-show]");
  if (button) button.dataset.start = finding.querySelector("[data-show]").dataset.start;
}

// Selects the words of a finding in their field.
export function startShowing(form) {
  hideDeadButtons(form);
  form.addEventListener("click", ({ target }) => {
    const { show, start, words } = target.dataset ?? {};
    const field = form.elements[show];
    if (!field) return;
    const at = find(field.value, words, Number(start));
    const fold = field.closest("details");
    if (fold) fold.open = true;
    field.focus();
    // A date has no place to select.
    if (at >= 0 && field.selectionStart !== null) field.setSelectionRange(at, at + words.length);
  });
}

// Some parts have no field in the short form.
function hideDeadButtons(form) {
  for (const button of form.querySelectorAll("[data-show]")) button.hidden = !form.elements[button.dataset.show];
}

// Where the words stand now: at their place (counted in characters) or where typing has moved them.
function find(text, words, start) {
  const at = [...text].slice(0, start).join("").length;
  return text.startsWith(words, at) ? at : text.indexOf(words);
}
