/* Tells our server once that a person had this page in view for a second in all. */
(() => {
  const { seen, token } = document.body.dataset;
  let left = 1000, since = 0, timer = 0;
  const watch = () => {
    clearTimeout(timer);
    if (since) left -= performance.now() - since;
    since = 0;
    if (left <= 0) {
      for (const [target, name] of changes) target.removeEventListener(name, watch);
      navigator.sendBeacon(seen, token) || fetch(seen, { method: "POST", body: token, keepalive: true });
    } else if (document.visibilityState === "visible" && !document.prerendering) {
      since = performance.now();
      timer = setTimeout(watch, left);
    }
  };
  /* Prerendered pages and those kept for the back button are not in view, whatever their timers say. */
  const changes = [[document, "visibilitychange"], [document, "prerenderingchange"], [window, "pagehide"], [window, "pageshow"]];
  for (const [target, name] of changes) target.addEventListener(name, watch);
  watch();
})();
