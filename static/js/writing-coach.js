// The coach's voice in the margin: what it says after each save, and the way from there to the words.

// Puts what is new beside its part; what has not changed stays, so that nobody hears it twice.
export function sayFindings(form, findings) {
  for (const margin of form.querySelectorAll("[data-findings]")) {
    const said = findings[margin.dataset.findings] ?? "";
    if (margin.dataset.said === said) continue;
    margin.dataset.said = said;
    margin.replaceChildren(document.createRange().createContextualFragment(said));
  }
}

// Selects the words of a finding in their field.
export function startShowing(form) {
  form.addEventListener("click", ({ target }) => {
    const { show, start, words } = target.dataset ?? {};
    const field = form.elements[show];
    if (!field) return;
    const at = find(field.value, words, Number(start));
    const fold = field.closest("details");
    if (fold) fold.open = true;
    field.focus();
    if (at >= 0) field.setSelectionRange?.(at, at + words.length);
  });
}

// Where the words stand now: at their place (counted in characters) or where typing has moved them.
function find(text, words, start) {
  const at = [...text].slice(0, start).join("").length;
  return text.startsWith(words, at) ? at : text.indexOf(words);
}
