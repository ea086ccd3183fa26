// A list of messages, a line for each day: only what changed is drawn again, and the newest stays in view.

import { el, keyed } from "./dom.js";
import { drawMessage } from "./message.js";
import { here } from "./place.js";

const TOGETHER = 5 * 60 * 1000;
const NEAR = 80;

export function messageList(label, { inThread = false } = {}) {
  const list = el("ol", { cls: "messages", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0" });
  const frame = el("div", { cls: "scroll" }, list);
  const jump = el("button", { type: "button", cls: "button jump", hidden: true, onclick: toEnd }, "New messages below");
  const node = el("div", { cls: "log-frame" }, frame, jump);
  let newest = null;
  list.addEventListener("keydown", (event) => walk(event, list));
  frame.addEventListener("scroll", () => left() < NEAR && (jump.hidden = true));
  const left = () => frame.scrollHeight - frame.scrollTop - frame.clientHeight;

  function toEnd() {
    frame.scrollTop = frame.scrollHeight;
    jump.hidden = true;
  }

  function show(messages, mayWrite) {
    const atEnd = newest === null || left() < NEAR;
    keyed(list, items(messages, inThread, mayWrite), (item) => item.key, (item) =>
      item.day ? el("li", { cls: "day", role: "separator" }, el("span", {}, item.day)) : drawMessage(item.one, item.flags));
    const last = messages.at(-1);
    // One's own words, and what came back to them, are looked for at the end.
    const mine = last?.by.id === here.person || (last?.alone && document.activeElement?.closest(".composer"));
    if (newest !== (last?.key ?? "")) {
      if (atEnd || mine) toEnd();
      else jump.hidden = false;
    }
    newest = last?.key ?? "";
    flash(list);
  }
  new ResizeObserver(() => left() < NEAR && toEnd()).observe(frame);
  return { node, list, show };
}

function items(messages, inThread, mayWrite) {
  const found = [];
  let before = null;
  for (const one of messages) {
    if (one.day !== before?.day && !inThread) found.push({ key: `day-${one.day}`, day: one.dayname });
    const joined = before && !one.system && !before.system && before.by.name === one.by.name && before.day === one.day
      && before.alone === one.alone && !one.alone && !one.pinned && new Date(one.at) - new Date(before.at) < TOGETHER;
    found.push({ key: one.key, one, flags: { joined: Boolean(joined), inThread, mayWrite } });
    before = one;
  }
  return found;
}

// Up and down go from message to message; Tab then goes into it.
function walk(event, list) {
  if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  const all = [...list.querySelectorAll(".message")];
  if (event.target !== list && !all.includes(event.target)) return;
  const at = all.indexOf(event.target);
  const to = { ArrowUp: at < 0 ? all.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  event.preventDefault();
  all[Math.max(0, Math.min(to, all.length - 1))]?.focus();
}

function flash(list) {
  const node = here.flash && list.querySelector(`[data-ts="${CSS.escape(here.flash)}"]`);
  if (!node) return;
  here.flash = null;
  node.classList.add("flash");
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  setTimeout(() => node.classList.remove("flash"), 2500);
}
