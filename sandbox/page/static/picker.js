// Choosing an emoji: the ones that do something come first, then a search through all names.

import { el } from "./dom.js";
import { float, steps } from "./menu.js";

const COLUMNS = 8;
const SHOWN = 120;
let table = null;

export async function allEmoji() {
  table ||= await (await fetch("/static/emoji.json")).json();
  return table;
}

export async function pickEmoji(anchor, favourites, choose) {
  const all = await allEmoji();
  const grid = el("div", { cls: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const search = el("input", {
    cls: "field", type: "search", placeholder: "Search", "aria-label": "Search emoji", autocomplete: "off",
    oninput: () => show(search.value),
  });
  const panel = el("div", { cls: "picker", role: "dialog", "aria-label": "Choose an emoji" }, search, grid);
  show("");
  panel.addEventListener("keydown", (event) => {
    const nodes = [...grid.querySelectorAll("button")];
    if (event.target === search) {
      if (event.key === "ArrowDown") (event.preventDefault(), nodes[0]?.focus());
      else if (event.key === "Enter") (event.preventDefault(), nodes[0]?.click());
    } else steps(event, nodes, COLUMNS);
  });
  const close = float(anchor, panel);
  search.focus();

  function show(text) {
    const wanted = text.trim().toLowerCase().replaceAll(" ", "_").replaceAll(":", "");
    const rest = Object.keys(all).filter((name) => !favourites.includes(name));
    const names = [...favourites, ...rest].filter((name) => name.includes(wanted) && all[name]).slice(0, SHOWN);
    grid.replaceChildren(...names.map((name) => el("button", {
      type: "button", cls: "emoji", title: `:${name}:`, "aria-label": name.replaceAll("_", " "),
      onclick: () => (close(true), choose(name)),
    }, all[name])));
    if (!names.length) grid.append(el("p", { cls: "quiet" }, "No emoji has that name."));
  }
}
