// Words chosen in the printed text go into the form for a comment. The form works without this file.

const form = document.querySelector("form[data-comment]");
const sheet = document.querySelector(".sheet.printed");
const NUMBERS = ".to-finding";
const PAUSE = 120;

if (form && sheet) {
  const offer = makeOffer();
  let waiting;
  let origin = null;

  const take = () => {
    const words = chosen();
    if (!words) return;
    origin = getSelection().getRangeAt(0).cloneRange();
    const { path, words: field, near, text } = form.elements;
    path.value = words.path;
    field.value = words.text;
    near.value = words.start;
    offer.hidden = true;
    form.closest("details")?.setAttribute("open", "");
    // On a phone the form is where the text is not: its address shows it.
    if (!text.checkVisibility()) location.hash = "comment-title";
    // The words stay marked while one writes, where the browser can do that.
    CSS.highlights?.set("meant", new Highlight(origin));
    text.focus();
  };

  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => place(offer, chosen()), PAUSE);
  });
  // A press would take the choice away before the click.
  offer.addEventListener("mousedown", (event) => event.preventDefault());
  offer.addEventListener("click", take);
  form.addEventListener("input", ({ target }) => {
    if (["path", "words"].includes(target.name)) form.elements.near.value = "";
  });
  form.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !origin) return;
    sheet.focus({ preventScroll: true });
    CSS.highlights?.delete("meant");
    choose(origin);
  });
  startChoosing(take);
}

function makeOffer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small offer no-print";
  button.textContent = "Add a comment";
  button.hidden = true;
  sheet.after(button);
  return button;
}

// Under the last line of what is chosen, and within the page.
function place(offer, words) {
  offer.hidden = !words;
  if (!words) return;
  const lines = getSelection().getRangeAt(0).getClientRects();
  const line = lines[lines.length - 1];
  const rightmost = document.documentElement.clientWidth - offer.offsetWidth - 8;
  offer.style.top = `${line.bottom + scrollY + 8}px`;
  offer.style.left = `${Math.max(8, Math.min(line.left, rightmost)) + scrollX}px`;
}

// What is chosen of one text: its path, the words, and where they start, counted in characters.
function chosen() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const parts = [...sheet.querySelectorAll("[data-path]")]
    .filter((piece) => range.intersectsNode(piece))
    .map((piece) => ({ piece, inner: within(piece, range) }))
    .filter(({ inner }) => textOf(inner).trim());
  if (!parts.length) return null;
  const { piece, inner } = parts[0];
  const { path, start } = piece.dataset;
  const texts = parts.filter((part) => part.piece.dataset.path === path).map((part) => textOf(part.inner));
  const before = document.createRange();
  before.selectNodeContents(piece);
  before.setEnd(inner.startContainer, inner.startOffset);
  const skipped = texts[0].length - texts[0].trimStart().length;
  return {
    path,
    text: texts.join("\n\n").trim(),
    start: Number(start) + letters(textOf(before)) + skipped,
  };
}

// The share of the range that lies in this piece of text.
function within(piece, range) {
  const inner = document.createRange();
  inner.selectNodeContents(piece);
  if (range.compareBoundaryPoints(Range.START_TO_START, inner) > 0) inner.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, inner) < 0) inner.setEnd(range.endContainer, range.endOffset);
  return inner;
}

// The words of a range without the numbers that stand at their ends.
function textOf(range) {
  const copy = range.cloneContents();
  for (const number of copy.querySelectorAll(NUMBERS)) number.remove();
  return copy.textContent;
}

// The server counts characters, not the pairs of which some consist here.
function letters(text) {
  return [...text].length;
}

function choose(range) {
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
}

// Who has no mouse walks through the words of the sheet with the arrow keys.
function startChoosing(take) {
  let isByKeyboard = false;
  sheet.tabIndex = 0;
  const hint = document.createElement("p");
  hint.className = "choosing no-print";
  hint.id = "choosing";
  hint.lang = "en";
  hint.dir = "ltr";
  hint.textContent = "Arrow keys choose words. Hold Shift to choose more. Enter adds a comment.";
  sheet.prepend(hint);
  sheet.setAttribute("aria-describedby", hint.id);
  sheet.addEventListener("focus", () => {
    isByKeyboard = sheet.matches(":focus-visible");
  });
  sheet.addEventListener("keydown", (event) => {
    const isWithOthers = event.ctrlKey || event.metaKey || event.altKey;
    if (!isByKeyboard || event.target !== sheet || isWithOthers) return;
    if (event.key === "Enter") take();
    else if (!walk(event.key, event.shiftKey)) return;
    event.preventDefault();
  });
}

function walk(key, isMore) {
  const isForward = { ArrowRight: true, ArrowDown: true, ArrowLeft: false, ArrowUp: false }[key];
  if (isForward === undefined) return false;
  const selection = getSelection();
  const here = selection.focusNode?.parentElement?.closest("[data-path]");
  if (key === "ArrowDown" || key === "ArrowUp" || !here || !sheet.contains(here)) {
    toPiece(here, isForward);
  } else {
    const isOnward = isForward === (getComputedStyle(here).direction === "ltr");
    if (!isMore && isOnward) selection.collapseToEnd();
    else if (!isMore) selection.collapseToStart();
    selection.modify("extend", isOnward ? "forward" : "backward", "word");
  }
  getSelection().focusNode?.parentElement?.scrollIntoView({ block: "nearest" });
  return true;
}

// Chooses the first word of the next or the last paragraph.
function toPiece(here, isForward) {
  const pieces = [...sheet.querySelectorAll("[data-path]")];
  const at = pieces.indexOf(here) + (isForward ? 1 : -1);
  const piece = pieces[Math.max(0, Math.min(at, pieces.length - 1))];
  if (!piece) return;
  const selection = getSelection();
  selection.collapse(piece, 0);
  selection.modify("extend", "forward", "word");
}
