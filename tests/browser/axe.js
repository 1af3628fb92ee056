// Loaded behind axe: asks it for what is wrong with the page, and for nothing twice.
(() => {
  // Rules that look at colours and places. All others follow from what stands there and is shown.
  const BY_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];
  // Rules that axe leaves off: a thumb finds its target, and what is said to a control is its name.
  const MORE = { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } };
  const STYLE = [
    ...["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight"],
    ...["textShadow", "filter", "mixBlendMode", "visibility", "display"],
  ];
  const NOTHING = "rgba(0, 0, 0, 0)";
  const check = axe._audit.checks["color-contrast"];
  const judge = check.evaluate;
  // What passed, kept for the pages that this tab shows later.
  const KEPT = "passed by axe";
  let [passed, looks, painted, shown] = [];

  // 53 bits of a text (cyrb53).
  function digest(text) {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k);
      [a, b] = [Math.imul(a ^ code, 2654435761), Math.imul(b ^ code, 1597334677)];
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return 4294967296 * (2097151 & b) + (a >>> 0);
  }

  // A number for how an element and all around it look; the same for the same, on every page.
  function look(element) {
    if (!element) return 0;
    if (!looks.has(element)) {
      const style = getComputedStyle(element);
      const own = STYLE.map((name) => style[name]).join("|");
      looks.set(element, digest(`${look(element.parentElement)}|${own}`));
    }
    return looks.get(element);
  }

  // What has a colour or a picture of its own, and where.
  function paint() {
    return [...document.querySelectorAll("body *")].flatMap((element) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(element);
      const isBare = backgroundColor === NOTHING && backgroundImage === "none";
      return isBare ? [] : [{ element, box: element.getBoundingClientRect() }];
    });
  }

  // How that looks which is painted where the element is, and is not around it.
  function beside(element) {
    const here = element.getBoundingClientRect();
    painted ??= paint();
    return painted
      .filter(({ box }) => box.left < here.right && here.left < box.right)
      .filter(({ box }) => box.top < here.bottom && here.top < box.bottom)
      .filter((other) => !other.element.contains(element))
      .map((other) => look(other.element));
  }

  // What axe found of one text holds for all that look alike and lie on the like, such as cells of
  // a table, or the same link on the next page. Only what passed is remembered: each fault is
  // found, wherever it stands.
  check.evaluate = function (element, ...rest) {
    const name = [look(element), ...beside(element)].join();
    if (passed.has(name)) {
      this.data({});
      return true;
    }
    const found = judge.call(this, element, ...rest);
    if (found === true) passed.add(name);
    return found;
  };

  function visible() {
    const is = { visibilityProperty: true, opacityProperty: true };
    return [...document.querySelectorAll("*")].filter((element) => element.checkVisibility(is));
  }

  // Where all rules have just read the page, and it shows the same in another scheme and width, only
  // those are asked which may answer otherwise.
  window.findFaults = async (isReadBefore) => {
    [looks, painted] = [new Map(), undefined];
    passed = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
    const before = isReadBefore && shown;
    // Wherever Tab came to, nothing that only it shows lies over the page, such as the link to its content.
    document.activeElement.blur();
    shown = visible();
    const isSame =
      before && before.length === shown.length && shown.every((each, k) => each === before[k]);
    // Loading all files of a page beforehand would serve one rule only, about audio that plays by
    // itself, and there is none.
    const asked = { preload: false, resultTypes: ["violations"], rules: MORE };
    const { violations } = await axe.run({ ...asked, ...(isSame && { runOnly: BY_LOOKS }) });
    sessionStorage.setItem(KEPT, JSON.stringify([...passed]));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`));
  };
})();
