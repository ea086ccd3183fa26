// A person's or app's square with initials; the colour comes from the id and stays.

import { el } from "./dom.js";

const TINTS = 8;

export function avatar(one, cls = "") {
  const initials = one.name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase();
  const tint = [...(one.id || one.name)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % TINTS;
  return el("span", { cls: `avatar ${one.app ? "app" : `tint-${tint}`} ${cls}`, "aria-hidden": "true" }, initials);
}
