/* Tells our server once that a person had this page in view for a second in all, and, whenever they leave it, what they did there. */
(() => {
  const { seen, token } = document.body.dataset;
  const send = (target, text) => navigator.sendBeacon(target, text) || fetch(target, { method: "POST", body: text, keepalive: true });
  let left = 1000, since = 0, timer = 0;
  const watch = () => {
    clearTimeout(timer);
    if (since) left -= performance.now() - since;
    since = 0;
    if (left <= 0) {
      for (const [target, name] of changes) target.removeEventListener(name, watch);
      send(seen, token);
    } else if (document.visibilityState === "visible" && !document.prerendering) {
      since = performance.now();
      timer = setTimeout(watch, left);
    }
  };
  /* Prerendered pages and those kept for the back button are not in view, whatever their timers say. */
  const changes = [[document, "visibilitychange"], [document, "prerenderingchange"], [window, "pagehide"], [window, "pageshow"]];
  for (const [target, name] of changes) target.addEventListener(name, watch);
  watch();

  const told = new Set(), did = new Set();
  const note = (kind, item) => {
    const act = `${kind} ${item}`;
    if (!told.has(act)) did.add(act);
  };
  const forms = [...document.querySelectorAll("form[action$=signup]")];
  const inForm = (kind, form) => forms.includes(form) && note(kind, form === forms[0] ? "top" : "end");
  addEventListener("focusin", ({ target }) => target.matches("input") && inForm("focus", target.form));
  addEventListener("click", ({ target }) => {
    const answer = target.closest("summary")?.parentNode;
    if (answer && !answer.open) note("faq", [...document.querySelectorAll(".faq details")].indexOf(answer));
    inForm("click", target.closest("button")?.form);
  });
  let lowest = 0;
  const reach = () => lowest = Math.max(lowest, scrollY + innerHeight + 2);
  addEventListener("scroll", reach, { passive: true });
  const tell = () => {
    if (left > 0) return;
    reach();
    for (const part of [25, 50, 75, 100]) {
      if (lowest * 100 >= document.documentElement.scrollHeight * part) note("depth", part);
    }
    if (did.size) send(seen.replace(/seen$/, "did"), [token, ...did].join("\n"));
    for (const act of did) told.add(act);
    did.clear();
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
  addEventListener("pagehide", tell);
})();
