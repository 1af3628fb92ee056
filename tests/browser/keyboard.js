// Tells what the Tab key must reach on a page, and what it has reached.
(() => {
  const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";
  const IS_SHOWN = { visibilityProperty: true };
  // Of a long row of folds, such as the endpoints of the API, the first ones show how all look.
  const FOLDS = "details:nth-of-type(-n + 9)";
  let wanted, steps;

  // Of radio buttons of one name the arrows lead to the others; Tab goes to the chosen one.
  function isLedTo(element) {
    if (element.type !== "radio") return true;
    const all = [...document.querySelectorAll("input[type=radio]")];
    const group = all.filter(({ name, form }) => name === element.name && form === element.form);
    return element === (group.find(({ checked }) => checked) ?? group[0]);
  }

  function isReachable(element) {
    if (element.disabled || element.type === "hidden" || element.tabIndex < 0) return false;
    return element.checkVisibility(IS_SHOWN) && isLedTo(element);
  }

  function called(element) {
    const said = element.ariaLabel || element.labels?.[0]?.innerText || element.innerText;
    return `${element.localName} “${(said || element.name || element.id).trim().slice(0, 40)}”`;
  }

  function hasRing(element) {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle === "auto" || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
  }

  // Wherever the page put the focus, Tab begins at the top.
  function begin() {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  }

  // Folded parts are opened, so that what stands in them is asked for, too.
  window.expectTabs = () => {
    begin();
    for (const fold of document.querySelectorAll(FOLDS)) fold.open = true;
    wanted = [...document.querySelectorAll(CONTROLS)].filter(isReachable);
    steps = [];
    document.addEventListener("focusin", ({ target }) => {
      const ring = hasRing(target) || hasRing(target.parentElement);
      if (steps.at(-1)?.element !== target) steps.push({ element: target, ring });
    });
    return wanted.length;
  };

  const reached = () => new Set(steps.map(({ element }) => element));
  window.isTabbedThrough = () => wanted.every((element) => reached().has(element));

  // What was never reached, and what shows no ring. That Tab goes in the order of the page is axe's to say.
  // A menu that lies over the page is closed again, as its reader would.
  window.tabFaults = () => {
    const been = reached();
    for (const menu of document.querySelectorAll("details.menu")) menu.open = false;
    return [
      ...wanted.filter((each) => !been.has(each)).map((each) => `Tab never reaches ${called(each)}`),
      ...steps.filter(({ ring }) => !ring).map(({ element }) => `${called(element)} shows no focus`),
    ];
  };
})();
