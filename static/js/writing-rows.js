// Rows of the FAQ: add, remove, move by button, by Alt with an arrow, or by dragging.
// Without this file the same buttons send the form, and the server does it.

const NUMBER = /^(.*\b(?:external|internal)[-:])(?:\d+|__)/;
const NUMBERED = ["id", "name", "for", "value", "aria-describedby"];

// How many rows of a side there are among the fields of a sheet.
export const rowsIn = (fields, side) =>
  Object.keys(fields).filter((name) => name.startsWith(`${side}-`) && name.endsWith("-question")).length;

// What the rows of a side ask, in their order.
export function asked(fields, side) {
  const isAsked = ([name]) => name.startsWith(`${side}-`) && /-(topic|question)$/.test(name);
  return JSON.stringify(Object.entries(fields).filter(isAsked).sort());
}

// Returns { fit }: makes a side of the FAQ have exactly this many rows.
export function startRows(form, changed, say) {
  const list = (side) => form.querySelector(`.questions[data-side="${side}"]`);

  const renumber = (questions) => {
    for (const [number, row] of [...questions.children].entries()) {
      for (const element of row.querySelectorAll("*")) {
        for (const name of NUMBERED) {
          const value = element.getAttribute(name);
          if (value && (name !== "value" || element.name === "do")) {
            element.setAttribute(name, value.replace(NUMBER, `$1${number}`));
          }
        }
      }
    }
  };

  const place = (row) => {
    const rows = [...row.parentElement.children];
    return `${rows.indexOf(row) + 1} of ${rows.length}`;
  };

  const touched = (questions) => {
    renumber(questions);
    changed();
  };

  const add = (side, topic = "") => {
    const row = form.querySelector(`template[data-row="${side}"]`).content
      .firstElementChild.cloneNode(true);
    list(side).append(row);
    renumber(list(side));
    const choice = row.querySelector("select.topic");
    if (topic && choice) choice.value = topic;
    return row;
  };

  const move = (row, step, focused) => {
    const target = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!target) return;
    if (step < 0) target.before(row);
    else target.after(row);
    touched(row.parentElement);
    focused.focus();
    say(`Moved to ${place(row)}.`);
  };

  const remove = (row) => {
    const questions = row.parentElement;
    const after = row.nextElementSibling;
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "button link";
    undo.textContent = "Question removed. Undo";
    undo.addEventListener("click", () => {
      questions.insertBefore(row, after?.parentElement === questions ? after : null);
      undo.remove();
      touched(questions);
      row.querySelector("textarea").focus();
    });
    questions.parentElement.querySelector(".undo")?.remove();
    undo.classList.add("undo");
    row.remove();
    questions.after(undo);
    touched(questions);
    undo.focus();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button?.value) return;
    event.preventDefault();
    const [verb, side, what] = button.value.split(":");
    const row = button.closest("[data-question]");
    if (verb === "add") {
      const added = add(side, what);
      if (what) button.remove();
      touched(list(side));
      added.querySelector("textarea").focus();
    } else if (verb === "remove") remove(row);
    else move(row, verb === "up" ? -1 : 1, button);
  });

  form.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest?.("[data-question]");
    if (!event.altKey || !step || !row) return;
    event.preventDefault();
    move(row, step, event.target);
  });

  startDragging(form, touched);

  const fit = (side, count) => {
    const questions = list(side);
    while (questions.children.length < count) add(side);
    while (questions.children.length > count) questions.lastElementChild.remove();
  };
  return { fit, count: (side) => list(side)?.children.length ?? 0 };
}

function startDragging(form, touched) {
  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.("[data-grip]")) return;
    dragged = event.target.closest("[data-question]");
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-question]");
    // A question never changes its audience by a slip of the hand.
    if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  form.addEventListener("drop", (event) => {
    if (dragged) event.preventDefault();
  });
  form.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    touched(dragged.parentElement);
    dragged = null;
  });
}
