// A menu below a button: arrows move, Esc and a click elsewhere close it, the focus goes back. Knows no item.

import { el, freshId } from "./dom.js";

let closeOpen = null;

// Items are {label, about, act, danger, current} or null for a line between groups.
export function openMenu(anchor, label, items) {
  const menu = el("div", { cls: "menu", role: "menu", "aria-label": label });
  for (const item of items) {
    if (item === null) menu.append(el("div", { role: "separator", cls: "line" }));
    else {
      const onclick = () => (close(true), item.act());
      const cls = item.danger ? "danger" : null;
      menu.append(el("button", { type: "button", role: "menuitem", tabindex: "-1", cls, onclick }, item.label,
        item.about ? el("small", {}, item.about) : null));
    }
  }
  menu.addEventListener("keydown", (event) => steps(event, [...menu.querySelectorAll("[role=menuitem]")]));
  const close = float(anchor, menu);
  menu.querySelector("[role=menuitem]")?.focus();
}

// Put a panel beside its anchor until Esc, Tab out, or a click elsewhere; returns how to close it.
export function float(anchor, panel, { onclose } = {}) {
  closeOpen?.(false);
  panel.id ||= freshId("panel");
  (anchor.closest("dialog") || document.body).append(panel);
  anchor.setAttribute("aria-expanded", "true");
  put(panel, anchor.getBoundingClientRect());

  function close(back) {
    if (!panel.isConnected) return;
    const inside = panel.contains(document.activeElement);
    panel.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (closeOpen === close) closeOpen = null;
    if (back || inside) anchor.focus();
    onclose?.();
  }
  const outside = (event) => panel.contains(event.target) || anchor.contains(event.target) || close(false);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  panel.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !panel.contains(event.relatedTarget) && event.relatedTarget !== anchor) close(false);
  });
  document.addEventListener("pointerdown", outside, true);
  closeOpen = close;
  return close;
}

export function steps(event, nodes, columns = 1) {
  const moves = { ArrowDown: columns, ArrowUp: -columns, ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}) };
  const at = nodes.indexOf(document.activeElement);
  let next = null;
  if (event.key in moves) next = (at + moves[event.key] + nodes.length) % nodes.length;
  else if (event.key === "Home") next = 0;
  else if (event.key === "End") next = nodes.length - 1;
  if (next === null) return;
  event.preventDefault();
  nodes[next]?.focus();
}

function put(panel, box) {
  const { width, height } = panel.getBoundingClientRect();
  const below = box.bottom + 4 + height <= innerHeight || box.top < height + 4;
  panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  panel.style.top = `${Math.max(8, below ? Math.min(box.bottom + 4, innerHeight - height - 8) : box.top - height - 4)}px`;
}
