// The planner in the form of a rule: sliders, and answers while one types. It works without this file.

const form = document.querySelector("form[data-rule]");
const typed = (name) => form.elements[name].value.trim();
// "8,5 %" is 0.085; what is no number yet becomes NaN, and the server says so.
const share = (name) => Number.parseFloat(typed(name).replace(",", ".")) / 100;

for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;

// Each slider stands beside its number, and either moves the other.
for (const slider of form.querySelectorAll("[data-slides]")) {
  const number = document.getElementById(slider.dataset.slides);
  const follow = () => {
    const value = Number.parseFloat(number.value.replace(",", "."));
    slider.value = Number.isFinite(value) ? value : slider.min;
    slider.ariaValueText = `${number.value || slider.value} ${slider.dataset.unit}`.trim();
  };
  slider.addEventListener("input", () => {
    number.value = slider.value;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  });
  number.addEventListener("input", follow);
  follow();
  slider.hidden = false;
}

// Asks for JSON a moment after the last change; of two answers the newer one counts.
const asking = (address, show) => {
  let waiting;
  let newest = 0;
  return (values) => {
    clearTimeout(waiting);
    const number = (newest += 1);
    waiting = setTimeout(async () => {
      const response = await fetch(`${address}?${new URLSearchParams(values)}`, {
        headers: { Accept: "application/json" },
      });
      if (number === newest && [200, 422].includes(response.status)) show(await response.json());
    }, 150);
  };
};

const place = form.querySelector("[data-plan]");
const askPlan = asking("/experiments/plan", ({ sentence = "", holds = "", warnings, error = "" }) => {
  place.querySelector("[data-plan-sentence]").textContent = sentence;
  place.querySelector("[data-plan-holds]").textContent = holds;
  const said = (warnings ?? [error]).map((warning) => {
    const line = document.createElement("li");
    line.className = "note iterate";
    line.textContent = warning;
    return line;
  });
  place.querySelector("[data-plan-warnings]").replaceChildren(...said);
});
const PLANNED = [
  ...["target", "floor", "alpha", "daily", "planned_variants", "ends_on", "time_zone"],
  ...["minimum_visitors", "minimum_days", "maximum_visitors"],
];
const RECKONED = ["customers", "reachable", "buy"];

// What the three numbers ask for; until they are there, nothing is said.
const reckoned = form.querySelector("[data-reckoned]");
let target = "";
const askTarget = asking("/experiments/target", ({ sentence, shortfall = "", error = "", target: share }) => {
  target = share ? String(Number((100 * share).toPrecision(6))) : "";
  reckoned.querySelector("[data-reckoned-sentence]").textContent = sentence ?? error;
  const short = reckoned.querySelector("[data-reckoned-shortfall]");
  short.textContent = shortfall;
  short.hidden = !shortfall;
});

const ask = (name) => {
  if (PLANNED.includes(name)) {
    askPlan({
      ...Object.fromEntries(PLANNED.map((each) => [each, typed(each)])),
      variants: typed("planned_variants") || 1,
      target: share("target"),
      floor: share("floor"),
      alpha: share("alpha"),
    });
  }
  if (RECKONED.includes(name)) target = "";
  if ([...RECKONED, "target"].includes(name) && RECKONED.every(typed)) {
    askTarget({
      customers: typed("customers"),
      reachable: typed("reachable"),
      buy: share("buy"),
      target: share("target"),
    });
  }
};
form.addEventListener("input", (event) => ask(event.target.name));

// With an answer at hand the field is filled here; without one the server says what is missing.
form.querySelector("button[value=target]").addEventListener("click", (event) => {
  if (!target) return;
  event.preventDefault();
  form.elements.target.value = target;
  form.elements.target.dispatchEvent(new Event("input", { bubbles: true }));
  form.elements.target.focus();
});
if (RECKONED.every(typed)) ask("customers");
