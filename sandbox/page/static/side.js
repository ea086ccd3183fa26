// The left edge: whose eyes one looks through, and what that person can open. Draws what it is given.

import { act } from "./talk.js";
import { avatar } from "./avatar.js";
import { el, fill, icon } from "./dom.js";
import { go, here } from "./place.js";

export function people(nav, side) {
  fill(nav, side.people.map((one) => {
    const mine = one.id === side.me.id;
    const calling = one.calling && !mine ? `, ${one.calling} new for them` : "";
    return el("button", {
      type: "button", cls: "person", "data-spot": one.id, "aria-current": mine ? "true" : null, title: one.name,
      "aria-label": `Be ${one.name}${calling}`, onclick: () => mine || go({ person: one.id, channel: here.channel, tab: here.tab }),
    }, avatar(one), one.calling && !mine ? el("span", { cls: "count" }, String(one.calling)) : null);
  }));
}

export function sidebar(nav, side, toggleDrawer, calls) {
  const joined = side.channels.filter((one) => one.member && ["public", "private"].includes(one.kind) && !one.archived);
  const others = side.channels.filter((one) => !one.member && !one.archived);
  const archived = side.channels.filter((one) => one.archived);
  const direct = side.channels.filter((one) => ["im", "mpim"].includes(one.kind) && !one.app);
  fill(nav,
    el("header", {}, el("strong", {}, side.team), el("span", {}, side.me.name), el("span", { cls: "faint" }, `${side.me.clock} in ${side.me.zone}`)),
    el("div", { cls: "side-scroll" },
      group("Channels", joined), others.length ? group("More to join", others) : null,
      direct.length ? group("Direct messages", direct) : null, apps(side), archived.length ? group("Archived", archived) : null),
    el("button", { type: "button", cls: "side-foot", "data-spot": "calls", onclick: toggleDrawer, "aria-controls": "drawer" },
      `${side.app.name}: ${calls.all} calls`, calls.refused ? el("span", { cls: "count" }, `${calls.refused} refused`) : null));
}

function group(title, channels) {
  return el("section", {}, el("h2", {}, title), el("ul", {}, channels.map((one) => el("li", {}, entry(one)))));
}

function entry(one) {
  const sign = one.kind === "public" ? icon("hash") : one.kind === "private" ? icon("lock") : null;
  const current = here.channel === one.id && here.tab !== "home";
  const said = [one.kind === "private" ? "private" : null, one.new ? `${one.new} unread` : null].filter(Boolean).join(", ");
  return el("button", {
    type: "button", cls: `entry${one.new ? " new" : ""}${one.member ? "" : " outside"}`, "data-spot": one.id, "aria-current": current ? "page" : null,
    "aria-label": said ? `${one.name}, ${said}` : one.name, onclick: () => open({ channel: one.id }),
  }, sign, el("span", { cls: "entry-name" }, one.name), one.calling ? el("span", { cls: "count" }, String(one.calling)) : null);
}

function apps(side) {
  const direct = side.channels.find((one) => one.app);
  const current = here.tab === "home" || (direct && direct.id === here.channel);
  return el("section", {}, el("h2", {}, "Apps"), el("ul", {}, el("li", {}, el("button", {
    type: "button", cls: `entry${direct?.new ? " new" : ""}`, "data-spot": "app", "aria-current": current ? "page" : null,
    onclick: () => openApp(side),
  }, avatar(side.app, "tiny"), el("span", { cls: "entry-name" }, side.app.name),
  direct?.calling ? el("span", { cls: "count" }, String(direct.calling)) : null))));
}

export async function openApp(side) {
  if (side.app.home) {
    open({ tab: "home", channel: null });
    await act("opens_home");
  } else {
    const told = await act("opens_direct", {});
    if (told) open({ channel: told.channel });
  }
}

function open(where) {
  document.body.dataset.view = "room";
  go(where);
}
