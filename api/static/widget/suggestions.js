// Questions with an answer, for what somebody is still typing.
//
// What is typed leaves the browser only in the body of a request, and not at all when it is long or
// holds so many digits that it may be a case number or a code.

const SHOWN = 3;
const SHORTEST = 2;
const LONGEST = 120;
const MOST_DIGITS = 10;

/** Asks the service once the typing pauses; an answer that comes too late is dropped. */
export class Asker {
  #timer = null;
  #request = null;

  /** `found(entries, typed)` gets null for `entries` when nothing was asked, or nobody answered. */
  constructor(pause, found) {
    this.pause = pause;
    this.found = found;
  }

  typed(text) {
    this.stop();
    const typed = text.trim();
    if (!isWorthAsking(typed)) {
      this.found(null, typed);
      return;
    }
    this.#timer = setTimeout(() => this.#ask(typed), this.pause);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = null;
  }

  async #ask(typed) {
    const request = new AbortController();
    this.#request = request;
    let entries = null;
    try {
      const answer = await fetch("/faq/suggestions", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text: typed }),
        signal: request.signal,
        cache: "no-store",
      });
      if (answer.ok) entries = (await answer.json()).entries;
    } catch {
      // Suggestions are a kindness: without them one types on.
    }
    if (!request.signal.aborted) this.found(entries, typed);
  }
}

function isWorthAsking(text) {
  const length = [...text].length;
  const digits = text.match(/[0-9๐-๙]/g)?.length ?? 0;
  return length >= SHORTEST && length <= LONGEST && digits <= MOST_DIGITS;
}

/** Buttons before the writing field. They take no focus and move nothing that is being typed. */
export class Suggestions {
  #asker = new Asker(250, (entries) => this.#show(entries ?? []));

  constructor({ field, group, status, words, choose }) {
    Object.assign(this, { field, group, status, words, choose });
    field.addEventListener("input", () => this.#asker.typed(field.value));
    field.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || group.hidden) return;
      // This Esc hides the suggestions; the next one closes the chat.
      event.preventDefault();
      event.stopPropagation();
      this.hide();
      field.focus();
    });
  }

  hide() {
    this.#asker.stop();
    this.#show([]);
  }

  #show(entries) {
    const shown = entries.slice(0, SHOWN);
    this.group.replaceChildren(...shown.map(({ title }) => this.#button(title)));
    this.group.hidden = !shown.length;
    const said = shown.length ? this.words.suggested.replace("{count}", shown.length) : "";
    if (this.status.textContent !== said) this.status.textContent = said;
  }

  #button(title) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => this.choose(title));
    return button;
  }
}
