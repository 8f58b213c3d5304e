// Search as one types on the page of the questions. Every word is in faq.html.

import { Asker } from "./widget/suggestions.js";

const part = (name) => document.querySelector(`[data-faq="${name}"]`);
const field = part("form").elements.q;
const status = part("status");
const asker = new Asker(200, show);

function show(entries, typed) {
  part("list").replaceChildren(...(entries ?? []).map(line));
  part("results").hidden = !entries?.length;
  // When nobody answered nothing is claimed: the button still searches.
  if (!entries || !typed) status.textContent = "";
  else status.textContent = entries.length ? status.dataset.found.replace("{count}", entries.length) : status.dataset.nothing;
}

function line({ title, subject, url }) {
  const item = part("entry").content.firstElementChild.cloneNode(true);
  const link = item.querySelector("a");
  link.textContent = title;
  link.href = url;
  item.querySelector(".note").textContent = subject;
  return item;
}

field.addEventListener("input", () => asker.typed(field.value));
part("form").addEventListener("submit", () => asker.stop());
// A browser that comes back to this page may have kept what was typed.
if (field.value) asker.typed(field.value);
