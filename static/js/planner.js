// The planner in the form of a rule: answers while one types. It works without this file.

const form = document.querySelector("form[data-rule]");
const typed = (name) => form.elements[name].value.trim();
// As `fields.py` reads them: "8,5 %" is 0.085, "1.000" is a thousand. What is no number yet becomes NaN.
const percentOf = (text) => Number(/^\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*%?\s*$/.exec(text)?.[1].replace(",", ".") ?? Number.NaN);
const wholeOf = (text) => (text.trim() ? Number(text.replace(/(?<=\d)[.,'’\s](?=\d{3})/g, "")) : Number.NaN);
const share = (name) => Number((percentOf(typed(name)) / 100).toPrecision(12));

for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;

// What is said already is not said again, also to those who hear it.
const say = (place, words) => {
  if (place.textContent !== words) place.textContent = words;
};

// Asks for JSON a moment after the last change; of two answers the newer one counts. Without values it shows nothing.
const asking = (address, show) => {
  let waiting;
  let newest = 0;
  return (values) => {
    clearTimeout(waiting);
    const number = (newest += 1);
    if (!values) {
      show({});
      return;
    }
    waiting = setTimeout(async () => {
      const response = await fetch(`${address}?${new URLSearchParams(values)}`, {
        headers: { Accept: "application/json" },
      });
      if (number === newest && [200, 422].includes(response.status)) show(await response.json());
    }, 150);
  };
};

const place = form.querySelector("[data-plan]");
const showPlan = ({ sentence = "", holds = "", warnings, error = "" }) => {
  say(place.querySelector("[data-plan-sentence]"), sentence);
  say(place.querySelector("[data-plan-holds]"), holds);
  const list = place.querySelector("[data-plan-warnings]");
  const said = [...list.children].map((line) => line.textContent);
  const now = warnings ?? [error];
  if (now.join("\n") === said.join("\n")) return;
  const lines = now.map((words) => Object.assign(document.createElement("li"), { className: "note iterate", textContent: words }));
  list.replaceChildren(...lines);
};
const askPlan = asking("/experiments/plan", showPlan);
const PLANNED = [
  ...["target", "floor", "hoped_for", "alpha", "beta", "daily", "planned_variants", "ends_on", "time_zone"],
  ...["minimum_visitors", "minimum_days", "maximum_visitors"],
];
const RECKONED = ["customers", "reachable", "buy"];

// What the three numbers ask for; until they are there, nothing is said.
const reckoned = form.querySelector("[data-reckoned]");
let target = "";
const askTarget = asking("/experiments/target", ({ sentence, shortfall = "", error = "", target: rate }) => {
  target = rate ? String(Number((100 * rate).toPrecision(6))) : "";
  say(reckoned.querySelector("[data-reckoned-sentence]"), sentence ?? error);
  const short = reckoned.querySelector("[data-reckoned-shortfall]");
  say(short, shortfall);
  short.hidden = !shortfall;
});

const ask = (name) => {
  // What is said of the rule isn't said of these people until they have one.
  if (["reach", "knows_team"].includes(name)) {
    askPlan();
    showPlan({ sentence: place.dataset.old, warnings: [] });
  }
  if ([...PLANNED, "conversion"].includes(name)) {
    askPlan({
      ...Object.fromEntries(PLANNED.map((each) => [each, typed(each)])),
      conversion: typed("conversion"),
      variants: typed("planned_variants") || 1,
      target: share("target"),
      floor: share("floor"),
      hoped_for: typed("hoped_for") && share("hoped_for"),
      knows_team: typed("knows_team"),
      alpha: share("alpha"),
      beta: share("beta"),
    });
  }
  if (RECKONED.includes(name)) target = "";
  if ([...RECKONED, "target", "conversion"].includes(name)) {
    askTarget(
      RECKONED.every(typed) && {
        customers: typed("customers"),
        reachable: typed("reachable"),
        buy: share("buy"),
        target: share("target"),
        conversion: typed("conversion"),
      },
    );
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
// After Back a browser puts in again what was typed, and the answers are those of the page as it was sent.
addEventListener("pageshow", () => {
  const isTyped = (name) => form.elements[name].value !== form.elements[name].defaultValue;
  if ([...PLANNED, ...RECKONED].some(isTyped)) ask("target");
});
