// Asks twice a minute, while the page is looked at, whether anybody has come since it was opened,
// and says so in one line. Nothing is drawn anew until somebody asks for it.

const EVERY = 30_000;
const line = document.querySelector("[data-now]");
const opened = { seen: Number(line.dataset.seen), signups: Number(line.dataset.signups) };
let said = "";

const many = (number, one, more) => `${number.toLocaleString("en")} more ${number === 1 ? one : more}`;

const sentence = ({ seen, signups, verdict }) => {
  if (verdict !== line.dataset.verdict) return `The verdict has changed: ${verdict}.`;
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
  // A link to the place where one is would only scroll.
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.reload();
  });
  line.replaceChildren(...(words ? [`${words} `, link] : []));
};

const ask = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(line.dataset.now, { headers: { Accept: "application/json" } });
    // Whoever is logged out is sent to the log-in, which is no answer.
    if (answer.ok && !answer.redirected) show(sentence(await answer.json()));
  } catch {
    // Offline: the next time will do.
  }
};

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
