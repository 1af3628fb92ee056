// Design of a page: the previews follow each choice before anything is saved, and the browser's own colour picker
// is beside the field that holds the colour. The page works without this file.

const FIELDS = ["layout", "palette", "accent", "family", "corner", "salt", "logo", "hero", "hero_alt", "photo"];
const form = document.querySelector("[data-design]");

const redraw = () => {
  const values = new FormData(form);
  for (const view of document.querySelectorAll(".screen iframe, [data-preview]")) {
    const name = view.tagName === "IFRAME" ? "src" : "href";
    const shown = new URL(view.getAttribute(name), location.href);
    const address = new URL(shown);
    for (const field of FIELDS) address.searchParams.set(field, values.get(field) ?? "");
    if (address.href !== shown.href) view.setAttribute(name, address.href);
  }
};

let waiting;
form.addEventListener("input", (event) => {
  if (event.target.type === "file" || !FIELDS.includes(event.target.name)) return;
  clearTimeout(waiting);
  waiting = setTimeout(redraw, 250);
});

form.querySelector("[data-shuffle]").addEventListener("click", (event) => {
  event.preventDefault();
  form.elements.salt.value = 1 + Math.floor(Math.random() * 9999);
  redraw();
});

for (const picker of document.querySelectorAll("[data-colour-of]")) {
  const field = document.getElementById(picker.dataset.colourOf);
  picker.hidden = false;
  picker.addEventListener("input", () => {
    field.value = picker.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value;
  });
}
