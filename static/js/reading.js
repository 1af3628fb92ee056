// The reading room: how much time is left, and what was typed is kept in this tab until it is sent.

// Whole minutes only, and nothing is announced before the end: the clock must not interrupt.
const clock = document.querySelector("[data-left]");
const over = "Time’s up, but take as long as you need.";
const start = performance.now();
const seconds = Number(clock?.dataset.left ?? 0);

function tick() {
  const left = seconds - (performance.now() - start) / 1000;
  if (left <= 0) {
    clock.textContent = over;
    document.querySelector("[data-over]").textContent = over;
    return;
  }
  const minutes = Math.ceil(left / 60);
  clock.querySelector("[data-minutes]").textContent = `${minutes === 1 ? "About one minute" : `${minutes} minutes`} left`;
  setTimeout(tick, (left - (minutes - 1) * 60) * 1000 + 50);
}
if (seconds > 0) tick();

// A comment that is sent, or a way to another page, must not cost half a form.
const form = document.querySelector("form[data-keep]");
if (form) {
  const key = `${form.dataset.keep} ${location.pathname}`;
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  const typed = () => [...form.elements].filter((field) => field.name && field.type !== "hidden");
  for (const field of typed()) {
    if (!(field.name in kept)) continue;
    if (field.type === "radio") field.checked ||= field.value === kept[field.name];
    else if (!field.value) field.value = kept[field.name];
  }
  form.addEventListener("input", () => {
    const values = typed()
      .filter((field) => field.type !== "radio" || field.checked)
      .map((field) => [field.name, field.value]);
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(values)));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}
