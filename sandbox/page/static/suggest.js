// What a text field offers while one types: commands after /, people after @, channels after #, emoji after a colon.

import { el, freshId } from "./dom.js";
import { told } from "./everybody.js";
import { allEmoji } from "./picker.js";

const MOST = 8;
const WORD = /(^|[\s(])([@#:])([\w.+-]*)$/;
let emoji = {};
allEmoji().then((all) => (emoji = all));

// Returns {list, keys}: put the list above the field, and hand it each key first; true says that it took it.
export function suggestions(field) {
  const list = el("ul", { id: freshId("suggest"), role: "listbox", cls: "suggestions", hidden: true, "aria-label": "Suggestions" });
  let found = [];
  let at = 0;
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  field.addEventListener("input", look);
  field.addEventListener("blur", () => setTimeout(close, 120));

  function look() {
    found = offers(field.value, field.value.slice(0, field.selectionStart));
    at = 0;
    if (!found.length) return close();
    list.replaceChildren(...found.map((one, index) => el("li", {
      role: "option", id: `${list.id}-${index}`, "aria-selected": String(index === at),
      onpointerdown: (event) => (event.preventDefault(), take(one)),
    }, el("strong", {}, one.label), one.about ? el("span", { cls: "quiet" }, one.about) : null)));
    list.hidden = false;
    point();
  }

  function point() {
    [...list.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    field.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function take(one) {
    const end = field.selectionStart;
    const text = field.value;
    const from = one.from;
    field.value = `${text.slice(0, from)}${one.typed} ${text.slice(end).trimStart()}`;
    const caret = from + one.typed.length + 1;
    field.setSelectionRange(caret, caret);
    close();
    field.dispatchEvent(new Event("input"));
  }

  function keys(event) {
    if (list.hidden) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      point();
    } else if (event.key === "Tab" || event.key === "Enter") take(found[at]);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  function close() {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }
  return { list, keys };
}

function offers(whole, before) {
  const { commands, everybody, channels } = told();
  if (/^\/\S*$/.test(before)) {
    if (commands.some((one) => one.word === before)) return [];
    return commands.filter((one) => one.word.startsWith(before))
      .map((one) => ({ label: one.word, about: one.about, typed: one.word, from: 0 }));
  }
  const word = WORD.exec(before);
  if (!word) return [];
  const [, lead, mark, rest] = word;
  const from = word.index + lead.length;
  const wanted = rest.toLowerCase();
  const fits = (text) => text.toLowerCase().includes(wanted);
  const make = (label, about, typed) => ({ label, about, typed, from });
  if (mark === "@") {
    return everybody.filter((one) => fits(one.handle) || fits(one.name)).slice(0, MOST)
      .filter((one) => one.handle !== rest).map((one) => make(one.name, `@${one.handle}`, `@${one.handle}`));
  }
  if (mark === "#") {
    return channels.filter((one) => ["public", "private"].includes(one.kind) && !one.archived && fits(one.name) && one.name !== rest)
      .slice(0, MOST).map((one) => make(`#${one.name}`, "", `#${one.name}`));
  }
  if (rest.length < 2) return [];
  return Object.keys(emoji).filter((name) => name.startsWith(wanted)).slice(0, MOST)
    .map((name) => make(`${emoji[name]} :${name}:`, "", `:${name}:`));
}
