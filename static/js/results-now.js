// Asks twice a minute, while the page is looked at, whether anybody has come since it was opened,
// and says so in one line. Nothing is redrawn until somebody asks for it; then the figures change
// in their place, and the page stays where it is.

const EVERY = 30_000;
let line = document.querySelector("[data-now]");
let said = "";

const many = (number, one, more) => `${number.toLocaleString("en")} more ${number === 1 ? one : more}`;

const sentence = ({ seen, signups, verdict }) => {
  if (verdict !== line.dataset.verdict) return `The verdict has changed: ${verdict}.`;
  const opened = { seen: Number(line.dataset.seen), signups: Number(line.dataset.signups) };
  const parts = [];
  if (seen > opened.seen) parts.push(many(seen - opened.seen, "visitor", "visitors"));
  if (signups > opened.signups) parts.push(many(signups - opened.signups, "sign-up", "sign-ups"));
  if (parts.length) return `${parts.join(" and ")} since you opened this.`;
  return seen === opened.seen && signups === opened.signups ? "" : "The figures have changed.";
};

const show = (words) => {
  if (words === said) return;
  said = words;
  const link = Object.assign(document.createElement("a"), { href: location.href, textContent: "Show them" });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    renew();
  });
  line.replaceChildren(...(words ? [`${words} `, link] : []));
};

// What is folded out stays so; who reads by ear is told that the figures are new.
const renew = async () => {
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok && !answer.redirected ? await answer.text() : "";
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  if (!fresh) return location.reload();
  const main = document.querySelector("main");
  const open = new Set([...main.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (open.has(summary.textContent)) summary.parentElement.open = true;
  }
  main.replaceChildren(...fresh.childNodes);
  document.dispatchEvent(new Event("renewed"));
  line = document.querySelector("[data-now]");
  if (!line) return clearInterval(asking);
  said = "These are the figures of now.";
  line.textContent = said;
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
};

const ask = async () => {
  if (document.hidden || !line) return;
  try {
    const answer = await fetch(line.dataset.now, { headers: { Accept: "application/json" } });
    // A logged-out reader is redirected to the log-in, which is no answer.
    if (answer.ok && !answer.redirected) show(sentence(await answer.json()));
  } catch {
    // Offline: the next time will do.
  }
};

const asking = setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
