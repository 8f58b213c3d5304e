// Text with its addresses made clickable and its case numbers kept in one line.
// Only text nodes and elements of our own are made, never HTML.

const ADDRESS_OR_NUMBER =
  /https?:\/\/[^\s<>"'()\u0e00-\u0e7f]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+go\.th\b(?:\/[^\s<>"'()\u0e00-\u0e7f]*)?|\b\d{4}-[\d-]{6,20}\d\b/gi;

export function linkified(text, newWindowWords) {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(ADDRESS_OR_NUMBER)) {
    const address = match[0].replace(/[.,;:!?]+$/, "");
    fragment.append(text.slice(done, match.index), element(address, newWindowWords));
    done = match.index + address.length;
  }
  fragment.append(text.slice(done));
  return fragment;
}

function element(address, newWindowWords) {
  if (/^[\d-]+$/.test(address)) {
    const number = document.createElement("span");
    number.className = "chat-number";
    number.textContent = address;
    return number;
  }
  const link = document.createElement("a");
  link.textContent = address;
  if (/^https?:/i.test(address)) link.href = address;
  else if (address.includes("@")) link.href = `mailto:${address}`;
  else link.href = `https://${address}`;
  if (!link.href.startsWith("mailto:")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    const note = document.createElement("span");
    note.className = "unseen";
    note.textContent = newWindowWords;
    link.append(note);
  }
  return link;
}
