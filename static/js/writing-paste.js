// What is pasted from an editor is sent with its headings: as the HTML beside the plain text. The
// server reads text out of it and nothing else.

const box = document.querySelector("[data-paste]");
const html = document.getElementById(box.dataset.paste);
const note = document.querySelector("[data-pasted]");
let isPasting = false;

const keep = (text) => {
  html.value = text;
  note.hidden = !text;
};

box.addEventListener("paste", ({ clipboardData }) => {
  const rich = clipboardData?.getData("text/html") ?? "";
  const isAll = box.selectionStart === 0 && box.selectionEnd === box.value.length;
  isPasting = Boolean(rich) && isAll;
  if (isPasting) keep(rich);
});
// Once the text is changed by hand, it is what counts.
box.addEventListener("input", () => {
  if (!isPasting) keep("");
  isPasting = false;
});
note.hidden = !html.value;
