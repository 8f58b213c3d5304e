// The list of messages: makes each from the page's template, in order, and keeps their states.

import { linkified } from "./linkify.js";

const TIME = new Intl.DateTimeFormat("th-TH", { timeZone: "Asia/Bangkok", hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("th-TH", { timeZone: "Asia/Bangkok", dateStyle: "long" });

export class Log {
  #entries = new Map(); // By client_id for one's own, else by id.
  #followsEnd = true;

  constructor(element, template, words, onPress) {
    this.element = element;
    this.template = template;
    this.words = words;
    this.onPress = onPress;
    // When the writing field grows the newest message must not slip below it.
    element.addEventListener("scroll", () => { this.#followsEnd = this.#isAtEnd(); });
    new ResizeObserver(() => { if (this.#followsEnd) this.scrollToEnd(); }).observe(element);
  }

  get isEmpty() {
    return this.#entries.size === 0;
  }

  /** Show a message, or bring the one that is shown up to date. Returns true when it is new. */
  show(message) {
    const key = message.client_id ?? message.id;
    const known = this.#entries.get(key);
    if (known && known.message.id && known.message.erased === message.erased) return false;
    const stayed = this.#isAtEnd();
    const node = known?.node ?? this.template.content.firstElementChild.cloneNode(true);
    this.#entries.set(key, { message, node });
    this.#fill(node, message);
    this.#place(node, message);
    this.#closeButtons();
    if (stayed || message.from === "you") this.scrollToEnd();
    return !known;
  }

  setState(clientId, state, why) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    entry.node.classList.toggle("is-waiting", state === "waiting" || state === "sending");
    entry.node.classList.toggle("is-refused", state === "refused");
    entry.isRefused = state === "refused";
    if (entry.isRefused) {
      // It will never get an id: it stays where it was refused.
      const ids = [...this.#entries.values()].map(({ message }) => message.id ?? 0);
      entry.message = { ...entry.message, order: Math.max(0, ...ids) + 0.5 };
      this.#closeButtons();
    }
    const line = entry.node.querySelector(".chat-state");
    const said = why ? `${this.words[state]}: ${why}` : this.words[state];
    if (line.textContent !== `· ${said}`) line.textContent = `· ${said}`;
  }

  clear() {
    this.#entries.forEach(({ node }) => node.remove());
    this.#entries.clear();
    this.element.querySelectorAll(".chat-day").forEach((day) => day.remove());
  }

  /** The end, but never past the beginning of what was answered last: that is read first. */
  scrollToEnd() {
    const last = this.#inOrder();
    const answer = last[last.findLastIndex(({ message }) => message.from === "you") + 1]?.node;
    const { scrollTop, scrollHeight } = this.element;
    const above = answer ? answer.getBoundingClientRect().top - this.element.getBoundingClientRect().top : Infinity;
    this.element.scrollTop = Math.min(scrollHeight, scrollTop + above - 12);
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  #fill(node, message) {
    node.classList.add(`from-${message.from}`);
    node.classList.toggle("is-erased", Boolean(message.erased));
    const [author, text, file, buttons, time] = [
      ".chat-author", ".chat-text", ".chat-file", ".chat-buttons", "time",
    ].map((part) => node.querySelector(part));
    author.textContent = this.words[`from-${message.from}`];
    file.hidden = !message.file;
    file.querySelector("span").textContent = message.file?.name ?? "";
    const said = message.erased ? this.words.erased : (message.text ?? "");
    text.hidden = !said;
    text.replaceChildren(linkified(said, this.words["new-window"]));
    const at = new Date(message.at);
    time.dateTime = at.toISOString();
    time.textContent = TIME.format(at) + this.words.clock;
    buttons.hidden = !message.buttons?.length;
    buttons.replaceChildren(...(message.buttons ?? []).map((button) => this.#button(button)));
    if (message.from === "you" && message.id) this.setState(message.client_id, "sent");
  }

  #button({ title, payload }) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.dataset.payload = payload;
    button.addEventListener("click", () => this.onPress({ text: title, payload }));
    return button;
  }

  /** By id; what has none yet waits at the end, in the order it was typed. */
  #place(node, message) {
    const later = this.#inOrder().find(({ message: other, node: otherNode }) =>
      otherNode !== node && otherNode.isConnected && order(other) > order(message));
    this.element.insertBefore(node, later ? later.node : null);
    const day = DAY.format(new Date(message.at));
    node.dataset.day = day;
    const marker = node.previousElementSibling?.classList.contains("chat-day") ? node.previousElementSibling : null;
    const before = (marker ?? node).previousElementSibling;
    // The bot and the office speak with one name.
    const nameBefore = !marker && before?.querySelector(".chat-author")?.textContent;
    node.classList.toggle("is-same-author", nameBefore === this.words[`from-${message.from}`]);
    if (!marker && before?.dataset.day !== day && !this.element.querySelector(`.chat-day[data-day="${day}"]`)) {
      const line = document.createElement("p");
      line.className = "chat-day";
      line.dataset.day = line.textContent = day;
      this.element.insertBefore(line, node);
    }
  }

  #inOrder() {
    return [...this.#entries.values()].sort((a, b) => order(a.message) - order(b.message));
  }

  /** Buttons can be pressed until the person has gone on; the pressed one stays marked. */
  #closeButtons() {
    let later = [];
    for (const { message, node, isRefused } of this.#inOrder().reverse()) {
      if (message.from === "you") {
        if (!isRefused) later = [message, ...later];
        continue;
      }
      for (const button of node.querySelectorAll(".chat-buttons button")) {
        button.disabled = later.length > 0;
        const pressed = Boolean(later[0]?.payload) && later[0].payload === button.dataset.payload;
        button.classList.toggle("is-pressed", pressed);
        if (pressed) button.setAttribute("aria-label", `${button.textContent} (${this.words.pressed})`);
      }
    }
  }
}

function order(message) {
  return message.id ?? message.order ?? Number.MAX_SAFE_INTEGER;
}
