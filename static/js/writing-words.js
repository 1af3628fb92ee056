// Counts words the way the server does, so that the line above the sheet follows the typing.

const COUNTED = [
  "headline", "subheading", "summary", "problem", "alternative", "solution", "why_now",
  "company_quote-text", "customer_quote-text", "call_to_action-text",
];
const WORDS_A_PAGE = 450;
const LETTERS_A_WORD = 6;
const DENSE = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u{20000}-\u{3ffff}]/gu;
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/gu;
const WORD = /[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*/gu;

export function words(text) {
  const letters = text.normalize("NFC").replace(/[\p{M}\p{Cf}]/gu, "");
  const count = (pattern) => letters.match(pattern)?.length ?? 0;
  const rest = letters.replace(DENSE, " ").replace(UNSPACED, " ").match(WORD)?.length ?? 0;
  return Math.ceil(count(DENSE) / 2) + Math.ceil(count(UNSPACED) / LETTERS_A_WORD) + rest;
}

// The length of the release on the sheet, as the line says it.
export function lengthOf(form) {
  const total = COUNTED.reduce((sum, name) => sum + words(form.elements[name]?.value ?? ""), 0);
  return say(total, Math.round((total / WORDS_A_PAGE) * 10) / 10);
}

export function say(total, pages) {
  if (!total) return "";
  return `· ${total.toLocaleString("en")} ${total === 1 ? "word" : "words"}, ${pages.toFixed(1)} pages`;
}
