// Dates of a printed release in the release's own language, where the server left them as numbers.

for (const time of document.querySelectorAll("time[data-date]")) {
  const language = time.closest("[lang]").lang;
  if (language.startsWith("en")) continue;
  const [year, month, day] = time.dateTime.split("-").map(Number);
  try {
    time.textContent = new Intl.DateTimeFormat(language, { dateStyle: "long" })
      .format(new Date(year, month - 1, day));
  } catch {
    // A language that this browser does not know keeps its numbers.
  }
}
