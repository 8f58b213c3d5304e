// The chat widget: wires the page's elements to the line and the log. Every word is in chat.html.

import { Line } from "./widget/line.js";
import { Log } from "./widget/log.js";
import { Suggestions } from "./widget/suggestions.js";

const OPEN = "chat-open";
const part = (name) => document.querySelector(`[data-chat="${name}"]`);
const chat = document.getElementById("chat");
const opener = part("open");
const text = part("text");
const words = Object.fromEntries(
  [...part("words").content.querySelectorAll("[data-word]")].map((word) => [word.dataset.word, word.textContent]),
);
const log = new Log(part("log"), part("message"), words, send);
const line = new Line({
  talk: showTalk,
  sent: (item, message) => log.show(message),
  state: showState,
  refused: (item, why) => log.setState(item.client_id, "refused", why),
  down: (isDown) => { show(part("line").firstElementChild, isDown); },
});
const suggestions = new Suggestions({
  field: text, group: part("suggestions"), status: part("suggested"), words, choose: sendSuggested,
});
let returnTo = opener;

function showTalk(talk) {
  // What was said before is not read aloud again, only what comes now.
  const live = log.isEmpty && talk.messages.length > 1 ? "off" : "polite";
  part("log").setAttribute("aria-live", live);
  const fresh = talk.messages.filter((message) => log.show(message) && message.from !== "you");
  if (live === "off") setTimeout(() => part("log").setAttribute("aria-live", "polite"), 500);
  if (fresh.length && !chat.open && live === "polite") part("unread").hidden = false;
  show(part("thinking").firstElementChild, talk.thinking);
  showBeginning();
}

function showState(item, state) {
  const { client_id, at, payload, file } = item;
  log.show({ client_id, at, payload, from: "you", text: item.text, file: file && { name: file.name } });
  log.setState(client_id, state);
  showBeginning();
}

function showBeginning() {
  part("starters").hidden = !log.isEmpty;
  part("ask-leave").hidden = log.isEmpty;
}

function show(element, isShown) {
  element.hidden = !isShown;
}

function send(message) {
  problem("");
  suggestions.hide();
  line.send(message);
  if (!matchMedia("(pointer: coarse)").matches) text.focus();
  else part("log").focus({ preventScroll: true });
}

function problem(sentence, values = {}) {
  const filled = Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), sentence);
  part("problem").textContent = filled;
  part("problem").hidden = !filled;
}

function sendTyped() {
  const typed = text.value.trim();
  if (!typed) return;
  const [length, limit] = [[...typed].length, Number(chat.dataset.textLimit)];
  if (length > limit) {
    problem(words["too-long"], { limit: limit.toLocaleString(), length: length.toLocaleString() });
    return;
  }
  text.value = "";
  fitText();
  send({ text: typed });
}

function sendSuggested(title) {
  text.value = "";
  fitText();
  send({ text: title });
}

function sendFile(file) {
  const limit = Number(chat.dataset.fileLimit);
  if (file.size > limit) problem(words["file-too-large"], { limit: limit / 1_000_000 });
  else if (!file.size) problem(words["file-empty"]);
  else send({ file });
}

function fitText() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function open({ from = document.activeElement, focus = true } = {}) {
  if (chat.open) return;
  returnTo = from?.isConnected && from !== document.body ? from : opener;
  // On a small screen the talk covers the page, so the page behind must be out of reach.
  if (coversPage()) chat.showModal();
  else chat.show();
  opener.hidden = true;
  part("unread").hidden = true;
  log.scrollToEnd();
  if (focus) text.focus();
  remember(true);
}

function coversPage() {
  return matchMedia("(max-width: 40rem), (max-height: 30rem)").matches;
}

function close() {
  chat.close();
}

function remember(isOpen) {
  try {
    if (isOpen) sessionStorage.setItem(OPEN, "yes");
    else sessionStorage.removeItem(OPEN);
  } catch {
    // Without storage the window is closed after a reload; nothing else is lost.
  }
}

chat.addEventListener("close", () => {
  opener.hidden = false;
  remember(false);
  (returnTo.isConnected && !returnTo.hidden ? returnTo : opener).focus();
});
chat.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
part("close").addEventListener("click", close);
opener.addEventListener("click", () => open());

part("form").addEventListener("submit", (event) => {
  event.preventDefault();
  sendTyped();
});
// Whoever goes to read a page wants to see it.
part("browse").addEventListener("click", () => { if (coversPage()) remember(false); });
text.addEventListener("input", fitText);
text.addEventListener("keydown", (event) => {
  // Enter also picks a word in an input method; that Enter does not send.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendTyped();
  }
});
part("attach").addEventListener("click", () => part("file").click());
part("file").addEventListener("change", () => {
  [...part("file").files].forEach(sendFile);
  part("file").value = "";
});

part("ask-leave").addEventListener("click", () => {
  part("leave-bar").hidden = false;
  part("stay").focus();
});
part("stay").addEventListener("click", () => {
  part("leave-bar").hidden = true;
  text.focus();
});
part("leave").addEventListener("click", async () => {
  try {
    await line.leave();
  } catch {
    problem(words["leave-failed"]);
    return;
  } finally {
    part("leave-bar").hidden = true;
  }
  log.clear();
  show(part("thinking").firstElementChild, false);
  showBeginning();
  text.focus();
});

for (const button of document.querySelectorAll("[data-chat-say]")) {
  button.addEventListener("click", () => {
    open({ from: button });
    if (button.dataset.chatSay) send({ text: button.dataset.chatSay });
    else text.focus();
  });
}
for (const form of document.querySelectorAll("[data-chat-ask]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.elements.text;
    open({ from: field });
    text.value = field.value;
    field.value = "";
    fitText();
    sendTyped();
  });
}

document.querySelectorAll("[data-chat-needs], [data-chat-ask]").forEach((element) => { element.hidden = false; });
opener.hidden = false;
let wasOpen = null;
try {
  wasOpen = sessionStorage.getItem(OPEN);
} catch {
  // See remember().
}
if (wasOpen || location.hash === "#chat") open({ from: opener, focus: location.hash === "#chat" });
line.start();
