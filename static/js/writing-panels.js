// The sheet in panels, of which one is shown: its text, the questions, the numbers. Without this
// file all of them stand below each other.

export function startPanels() {
  const panels = [...document.querySelectorAll("[data-panel]")];
  const tabs = [...document.querySelectorAll("[data-panels] a")];
  const show = (name) => {
    for (const panel of panels) panel.hidden = panel.dataset.panel !== name;
    for (const tab of tabs) {
      if (tab.hash === `#${name}`) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    // Browsers that cannot size a text field by its content do it now that it is shown.
    dispatchEvent(new Event("resize"));
  };
  // The panel of what the address names, or of what somebody is about to look at.
  const reveal = (hash) => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    const panel = target?.closest("[data-panel]");
    if (panel && panel.hidden) show(panel.dataset.panel);
    return target;
  };
  show("text");
  reveal(location.hash)?.scrollIntoView();
  addEventListener("hashchange", () => reveal(location.hash)?.scrollIntoView());
  addEventListener("click", ({ target }) => {
    const link = target.closest("a[href^='#']");
    if (link) reveal(link.hash);
  });
}
