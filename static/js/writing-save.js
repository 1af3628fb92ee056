// Saves the sheet while one writes. Text that does not reach the server stays in this browser.

const PAUSE = 1_000;
const RETRY = 10_000;
const LARGEST_LAST_WORD = 60_000;

// `answered(status)` hears of each save; `show` puts a notice, a status line or a fault on the page.
export function startSaving(form, { answered, show }) {
  // A name for each opened page, so that none writes over what another one kept.
  const drafts = form.dataset.draft;
  const key = `${drafts} ${Date.now()}-${Math.random()}`;
  let unsaved = false;
  // What was sent and not answered: the server may have it, or not.
  let unanswered = null;
  let waiting = 0;
  let sending = null;
  // While two texts stand side by side nothing is sent until a person has chosen.
  let isHalted = false;
  // While the script itself writes what the server has, there is nothing to save.
  let isFilling = false;
  // The stored text that this one was made from: it tells the server whether somebody came between.
  let madeFrom = form.elements.version.value;

  const fields = () => {
    const typed = Object.fromEntries(new FormData(form));
    delete typed.csrf_token;
    return { ...typed, version: madeFrom };
  };

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ fields: fields(), at: Date.now() }));
    } catch {
      // Private windows may have no room; the server has all but the last second.
    }
  };

  const changed = () => {
    if (isFilling) return;
    if (!unsaved) show.line("saving…");
    unsaved = true;
    keep();
    later(PAUSE);
  };

  const later = (pause) => {
    clearTimeout(waiting);
    if (!isHalted) waiting = setTimeout(save, pause);
  };

  // Sends the text as it stands; true when the server has it.
  const save = async (isLast = false) => {
    clearTimeout(waiting);
    while (sending) await sending;
    if (!unsaved || isHalted) return !unsaved;
    unsaved = false;
    sending = sendAll(isLast);
    const reached = await sending;
    sending = null;
    if (!reached) unsaved = true;
    else if (!unsaved) localStorage.removeItem(key);
    return reached;
  };

  // What was not answered goes first, as it was: the server knows its own words again, where words
  // that were typed on since would look like those of somebody else.
  const sendAll = async (isLast) => {
    const typed = () => new URLSearchParams(new FormData(form));
    const hasTypedOn = unanswered && String(unanswered) !== String(typed());
    if (hasTypedOn) {
      await send(unanswered, false);
      if (unanswered || isHalted) return false;
    }
    return send(typed(), isLast);
  };

  const send = async (body, isLast) => {
    const sent = Object.fromEntries(body);
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
        redirect: "manual",
        keepalive: isLast && body.toString().length < LARGEST_LAST_WORD,
      });
    } catch {
      unanswered = body;
      show.trouble("No connection. Your text is safe in this browser.");
      later(RETRY);
      return false;
    }
    unanswered = null;
    return read(answer, sent);
  };

  const read = async (answer, sent) => {
    show.faults([]);
    if (answer.ok) {
      const status = await answer.json();
      // What one types into words that others changed meanwhile is still made from the old text.
      const isWhole = !status.fields || show.others(status.fields, sent);
      if (isWhole) madeFrom = form.elements.version.value = status.version;
      answered(status);
      return true;
    }
    if (answer.status === 409) {
      const both = await answer.json();
      if (show.others(both.fields, sent)) form.elements.version.value = both.version;
      show.trouble("Not everything is saved: someone changed the same words.", "View both", "#conflict");
      show.conflict(both);
    } else if (answer.status === 422) {
      const { faults, sentence } = await answer.json();
      const [first] = faults;
      show.trouble(`Not saved. ${sentence || `${first.label}: ${first.sentence}`}`);
      show.faults(faults);
    } else if (answer.type === "opaqueredirect" || answer.status === 401) {
      const onward = encodeURIComponent(location.pathname);
      show.trouble("You’re logged out. Your text is safe in this browser.", "Log in", `/login?next=${onward}`);
    } else if (answer.status === 400) {
      show.trouble("This page was open too long. Your text is safe in this browser.", "Reload", location.pathname);
    } else {
      show.trouble(`Not saved (${answer.status}). Your text is safe in this browser.`);
      if (answer.status >= 500) later(RETRY);
    }
    return false;
  };

  // What this browser kept and the server does not have, the oldest first.
  const kept = () => {
    const isOurs = (name) => name === drafts || name.startsWith(`${drafts} `);
    try {
      const names = Object.keys(localStorage).filter(isOurs);
      const found = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
      for (const copy of found) if (!differs(copy)) localStorage.removeItem(copy.name);
      return found.filter(differs).sort((a, b) => a.at - b.at);
    } catch {
      return [];
    }
  };

  const differs = (copy) => {
    const now = fields();
    const names = new Set([...Object.keys(copy.fields), ...Object.keys(now)]);
    names.delete("version");
    return [...names].some((name) => (copy.fields[name] ?? "") !== (now[name] ?? ""));
  };

  // Freezing and growing go on from a text that is saved; what is in the way of that is said here.
  form.addEventListener("submit", async (event) => {
    clearTimeout(waiting);
    if (!isHalted && !unsaved && !sending) return;
    event.preventDefault();
    if (!isHalted && (await save())) form.requestSubmit(event.submitter);
    else if (isHalted) show.compare();
  });
  addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save(true);
  });

  return {
    changed,
    save,
    kept,
    forget: (copy) => localStorage.removeItem(copy.name),
    isUnsaved: () => unsaved || sending !== null,
    filling: (fill) => {
      isFilling = true;
      fill();
      isFilling = false;
    },
    halt: () => {
      clearTimeout(waiting);
      isHalted = true;
    },
    settle: () => {
      isHalted = false;
      madeFrom = form.elements.version.value;
      unsaved = true;
      return save();
    },
    // Text that was typed elsewhere or earlier goes on from the text it was made from.
    goOnFrom: (version) => {
      madeFrom = form.elements.version.value = version;
    },
  };
}
