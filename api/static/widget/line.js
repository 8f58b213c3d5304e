// Carries messages to the service and back.
//
// What the person sends is kept here until the service has acknowledged it, is sent in order, and
// is sent again with the same client_id, by which the service recognises a repeat. The browser
// keeps words only while they wait: in sessionStorage, so that they survive a reload, not the day.

const UNSENT = "chat-unsent";
const WAIT_SECONDS = 20;
const SLOWEST_RETRY_MS = 6_000;
const FILE_TRIES = 6;

export class Line {
  #unsent = [];
  #sending = false;
  #listening = false;
  #bookmark = "0";
  #failures = 0;
  #alarm = null;
  #talkNumber = 0;
  #isKnown = false;

  /** `on` holds: talk(talk), state(item, state), sent(item, message), refused(item, why), down(is). */
  constructor(on) {
    this.on = on;
    addEventListener("online", () => this.#wakeUp?.());
  }

  /** Read what was said before. Listens on when there is a talk. */
  async start() {
    this.#unsent = this.#kept();
    this.#unsent.forEach((item) => this.on.state(item, "waiting"));
    this.#drain();
    this.listen({ onlyIfTalk: true });
  }

  send(message) {
    const item = { client_id: newId(), at: new Date().toISOString(), ...message };
    this.#unsent.push(item);
    this.#keep();
    this.on.state(item, "sending");
    this.#drain();
  }

  async leave() {
    const answer = await within(10_000, "/chat/leave", { method: "POST" });
    if (!answer.ok) throw new Error(`refused: ${answer.status}`);
    this.#talkNumber += 1;
    this.#listening = false;
    this.#bookmark = "0";
    this.#isKnown = false;
    this.#unsent = [];
    this.#keep();
  }

  async listen({ onlyIfTalk = false } = {}) {
    if (this.#listening) return;
    this.#listening = true;
    const talkNumber = this.#talkNumber;
    while (this.#listening && talkNumber === this.#talkNumber) {
      try {
        const address = `/chat/messages?after=${this.#bookmark}&wait=${onlyIfTalk ? 0 : WAIT_SECONDS}`;
        const answer = await within((WAIT_SECONDS + 15) * 1000, address);
        if (!answer.ok) throw new Error(`refused: ${answer.status}`);
        const talk = await answer.json();
        if (talkNumber !== this.#talkNumber) return;
        this.#isUp();
        this.#bookmark = talk.after;
        this.on.talk(talk);
        if (onlyIfTalk && !talk.messages.length) {
          this.#listening = false;
          return;
        }
        onlyIfTalk = false;
        if (talk.again_in) await this.#pause(talk.again_in * 1000);
      } catch {
        await this.#isDown();
      }
    }
  }

  async #drain() {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#unsent.length) {
      const item = this.#unsent[0];
      try {
        await this.#introduce();
        const answer = await post(item);
        if (answer.status === 429) {
          this.on.state(item, "waiting");
          await this.#pause(1000 * (Number(answer.headers.get("Retry-After")) || 5));
          continue;
        }
        if (answer.status >= 500) throw new Error(`failed: ${answer.status}`);
        const said = await answer.json();
        this.#unsent = this.#unsent.filter((other) => other !== item);
        this.#keep();
        this.#isUp();
        if (answer.ok) this.on.sent(item, said);
        else this.on.refused(item, said.detail);
        if (answer.ok) this.listen();
      } catch {
        item.failures = (item.failures ?? 0) + 1;
        if (item.file && item.failures >= FILE_TRIES) {
          // A proxy may cut off a file it does not like; the words behind it must not wait for it.
          this.#unsent = this.#unsent.filter((other) => other !== item);
          this.on.refused(item, null);
          continue;
        }
        this.#unsent.forEach((waiting) => this.on.state(waiting, "waiting"));
        await this.#isDown();
        if (this.#unsent[0] === item) this.on.state(item, "sending");
      }
    }
    this.#sending = false;
  }

  /** The cookie comes before the first message, else a repeat of it would come from a stranger. */
  async #introduce() {
    if (this.#isKnown) return;
    const answer = await within(20_000, "/chat/open", { method: "POST" });
    if (!answer.ok) throw new Error(`refused: ${answer.status}`);
    this.#isKnown = true;
  }

  #isUp() {
    // What one request learns the others need not wait to find out.
    if (this.#failures) this.#wakeUp();
    this.#failures = 0;
    clearTimeout(this.#alarm);
    this.#alarm = null;
    this.on.down(false);
  }

  async #isDown() {
    // A hiccup of less than a second is not worth telling.
    this.#alarm ??= setTimeout(() => this.on.down(true), 1000);
    this.#failures += 1;
    const wait = Math.min(1000 * 2 ** (this.#failures - 1), SLOWEST_RETRY_MS);
    await this.#pause(wait * (0.75 + Math.random() / 2));
  }

  #sleepers = new Set();
  #wakeUp = () => this.#sleepers.forEach((wake) => wake());

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  #keep() {
    const words = this.#unsent.filter((item) => !item.file);
    try {
      if (words.length) sessionStorage.setItem(UNSENT, JSON.stringify(words));
      else sessionStorage.removeItem(UNSENT);
    } catch {
      // Storage may be full or forbidden: the message is still sent, it only does not survive a reload.
    }
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(UNSENT)) ?? [];
    } catch {
      return [];
    }
  }
}

function post({ client_id, text, payload, file }) {
  if (file) {
    const form = new FormData();
    form.append("client_id", client_id);
    form.append("file", file, file.name);
    return within(120_000, "/chat/files", { method: "POST", body: form });
  }
  return within(20_000, "/chat/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_id, text, payload }),
  });
}

async function within(milliseconds, address, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), milliseconds);
  try {
    return await fetch(address, { ...options, signal: stop.signal, cache: "no-store" });
  } finally {
    clearTimeout(timer);
  }
}

// crypto.randomUUID is missing where the page is not served over HTTPS.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
