// Small kindnesses for forms. Every form works without this file.

// A double click sends a form once. Coming back with the back button makes it usable again.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.ariaBusy === "true") event.preventDefault();
  if (!event.defaultPrevented && form.method === "post") form.ariaBusy = "true";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});

// On a machine of others nothing stays behind: what was typed and never saved goes with a log-out.
// Where the session ended by itself it stays, for the member who logs in again.
addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-log-out]")) return;
  try {
    const kept = Object.keys(localStorage).filter((name) => name.startsWith("wbtest draft "));
    for (const name of kept) localStorage.removeItem(name);
  } catch {
    // Where nothing can be kept, nothing was.
  }
});

// After a refused form the list of what to change is read first.
document.querySelector("[data-errors]")?.focus();

// Browsers that cannot size a text field by its content are told its height.
if (!CSS.supports("field-sizing", "content")) {
  const fit = (field) => {
    // One that is not shown has no height to go by.
    if (!field.offsetParent) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight + 2}px`;
  };
  for (const field of document.querySelectorAll("textarea[data-autosize]")) fit(field);
  addEventListener("input", ({ target }) => {
    if (target.matches?.("textarea[data-autosize]")) fit(target);
  });
  addEventListener("resize", () => document.querySelectorAll("textarea[data-autosize]").forEach(fit));
}
