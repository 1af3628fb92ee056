// Tells which lines of text on a page are cut off, and which lie over one another.
(() => {
  const IS_SHOWN = { visibilityProperty: true, opacityProperty: true };
  // A bar that stays in sight lies over whatever scrolls below it; a trap is for machines.
  const APART = ".sticky, .trap, script, style";
  // Letters are placed on whole pixels, and parts of them stand beside their boxes.
  const SLACK = 2;

  function nodes() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (data.trim() && !parentElement.closest(APART) && parentElement.checkVisibility(IS_SHOWN)) {
        found.push(walker.currentNode);
      }
    }
    return found;
  }

  // A line box is as high as the highest letter of the typeface; most letters take 1 em of it.
  function trimmed({ left, right, top, bottom }, size) {
    const spare = Math.max(0, bottom - top - size) / 2;
    return { left, right, top: top + spare, bottom: bottom - spare };
  }

  function lines(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    return [...range.getClientRects()]
      .filter(({ width, height }) => width > 1 && height > 1)
      .map((box) => ({ node, ...trimmed(box, size) }));
  }

  // Where letters of an element can be seen at all, in the boxes around it that cut off.
  function window_of(element) {
    const seen = { left: 0, right: document.documentElement.clientWidth, top: -Infinity, bottom: Infinity };
    for (let around = element; around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY, clipPath } = getComputedStyle(around);
      const box = around.getBoundingClientRect();
      if (overflowX !== "visible" || clipPath !== "none") {
        seen.left = Math.max(seen.left, box.left + around.clientLeft);
        seen.right = Math.min(seen.right, box.right - around.clientLeft);
      }
      if (overflowY !== "visible" || clipPath !== "none") {
        seen.top = Math.max(seen.top, box.top + around.clientTop);
        seen.bottom = Math.min(seen.bottom, box.bottom - around.clientTop);
      }
    }
    return seen;
  }

  function isCutOff(line, seen) {
    const beside = line.left < seen.left - SLACK || line.right > seen.right + SLACK;
    return beside || line.top < seen.top - SLACK || line.bottom > seen.bottom + SLACK;
  }

  function isOver(a, b) {
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return width > SLACK && height > SLACK;
  }

  const said = ({ node }) => `${node.parentElement.localName} “${node.data.trim().slice(0, 30)}”`;

  function overlaps(all) {
    const found = [];
    const sorted = all.toSorted((a, b) => a.top - b.top);
    for (const [number, line] of sorted.entries()) {
      for (let k = number + 1; k < sorted.length && sorted[k].top < line.bottom; k++) {
        if (isOver(line, sorted[k])) found.push(`${said(line)} and ${said(sorted[k])} overlap`);
      }
    }
    return found;
  }

  // Folds are opened, so that what stands in them is looked at, too.
  window.findTextFaults = () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    const all = nodes().flatMap(lines);
    const seen = new Map();
    const cutOff = all.filter((line) => {
      const element = line.node.parentElement;
      if (!seen.has(element)) seen.set(element, window_of(element));
      return isCutOff(line, seen.get(element));
    });
    return [...new Set([...cutOff.map((line) => `${said(line)} is cut off`), ...overlaps(all)])];
  };

  const isMet = (a, b) => a.top < b.bottom && b.top < a.bottom;

  // How far down the page is where the bar that stays in sight covers a form; [] for nowhere.
  window.findCoveredForms = () => {
    const bar = document.querySelector(".sticky");
    const forms = [...document.querySelectorAll("form.join")];
    const found = [];
    if (!bar.checkVisibility()) return found;
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 6) {
      scrollTo({ top: y, behavior: "instant" });
      const box = bar.getBoundingClientRect();
      if (forms.some((form) => isMet(form.getBoundingClientRect(), box))) found.push(y);
    }
    scrollTo({ top: 0, behavior: "instant" });
    return found;
  };
})();
