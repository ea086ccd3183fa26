// What the app called and what it was told, the newest first. Draws what it is given.

import { el, iconButton, keyed } from "./dom.js";

export function drawer(aside, shut) {
  const rows = el("tbody");
  const only = el("input", { type: "checkbox", onchange: () => show(last) });
  const count = el("span", { cls: "quiet" });
  let last = { last: [], all: 0, refused: 0 };
  aside.replaceChildren(
    el("header", { cls: "room-head" }, el("div", { cls: "room-title" }, el("h2", {}, "What the app called"), count,
      el("span", { cls: "grow" }), el("label", { cls: "choice" }, only, el("span", {}, "Refused only")), iconButton("close", "Close", shut))),
    el("div", { cls: "scroll", tabindex: "0", role: "region", "aria-label": "Calls" }, el("table", { cls: "calls" },
      el("thead", {}, el("tr", {}, ["Time", "Method", "Answer"].map((name) => el("th", { scope: "col" }, name)))), rows)));
  aside.addEventListener("keydown", (event) => event.key === "Escape" && shut());

  function show(calls) {
    last = calls;
    count.textContent = `${calls.all} calls, ${calls.refused} refused`;
    const wanted = calls.last.filter((one) => !only.checked || one.error);
    keyed(rows, wanted, (one) => one.key, (one) => el("tr", { cls: one.error ? "refused" : null },
      el("td", {}, one.at), el("td", {}, one.method), el("td", {}, one.open ? "…" : one.error || "ok")));
  }
  return show;
}
