// Small kindnesses on the pages of an experiment. Every page works without this file.

const rule = document.querySelector("form[data-rule]");

// The claim is read back while it is typed.
rule?.addEventListener("input", ({ target }) => {
  const words = rule.querySelector(`[data-of="${target.name}"]`);
  if (words) words.textContent = target.value.trim() || "…";
});

// Days are those of the browser's time zone, until somebody chooses another.
const zone = document.querySelector("select[data-guess]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone?.value === "UTC" && [...zone.options].some(({ value }) => value === here)) zone.value = here;

// Choosing a part for one place of the order moves the part that stood there to the free place.
const order = document.querySelector("[data-order]");
const places = [...(order?.querySelectorAll("select") ?? [])];
let before = places.map((place) => place.value);
order?.addEventListener("change", ({ target }) => {
  const freed = before[places.indexOf(target)];
  for (const place of places) {
    if (place !== target && place.value === target.value) place.value = freed;
  }
  before = places.map((place) => place.value);
});

// The address of the page, copied by a button that is there only where it works.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  });
}
