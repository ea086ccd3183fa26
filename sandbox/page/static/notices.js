// Short words that come up at the edge, are read out, and go by themselves. Knows nothing of what they are about.

import { el, iconButton } from "./dom.js";

const LASTS = 9000;

export function notice(text) {
  const box = document.getElementById("notices");
  const one = el("div", { cls: "notice" }, el("span", {}, text), iconButton("close", "Dismiss", () => one.remove()));
  // All but the dialog on top is out of reach while it is open, these words would be too.
  ([...document.querySelectorAll("dialog[open]")].at(-1) || document.body).append(box);
  box.append(one);
  setTimeout(() => one.remove(), LASTS);
}
