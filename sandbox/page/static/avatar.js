// A person's or app's square with initials in a colour that stays.

import { el } from "./dom.js";

export function avatar(one, cls = "") {
  const initials = one.name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase();
  return el("span", { cls: `avatar ${one.app ? "app" : `tint-${one.tint}`} ${cls}`, "aria-hidden": "true" }, initials);
}
