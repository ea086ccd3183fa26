// A channel: its head with topic, bookmarks and pins, its messages, and where one types. Draws what it is given.

import { act } from "./talk.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { composer } from "./composer.js";
import { messageList } from "./messages.js";
import { canvasDialog, pinsDialog, roomDialog } from "./details.js";
import { go, here } from "./place.js";
import { link, words } from "./words.js";

export function room(main) {
  let key = null;
  let list = null;
  let head = null;
  let foot = null;
  let footMark = null;

  return function show(place) {
    if (!place) {
      key = null;
      return fill(main, el("p", { cls: "empty" }, "Choose a channel."));
    }
    const name = place.kind === "public" || place.kind === "private" ? `#${place.name}` : place.name;
    if (key !== `${here.person} ${place.id}` || head.parentNode !== main) {  // the home may have stood here since
      key = `${here.person} ${place.id}`;
      list = messageList(`Messages in ${name}`);
      head = el("header", { cls: "room-head" });
      foot = el("div", { cls: "room-foot" });
      footMark = null;
      main.replaceChildren(head, list.node, foot);
    }
    fill(head, ...heading(place, name));
    list.list.setAttribute("aria-busy", "true");
    list.show(place.messages, place.member && !place.archived);
    list.list.removeAttribute("aria-busy");
    const mark = `${place.member} ${place.archived} ${name}`;
    if (mark !== footMark) fill(foot, ...footing(place, name, list));
    footMark = mark;
  };
}

function heading(place, name) {
  const sign = place.kind === "public" ? icon("hash") : place.kind === "private" ? icon("lock") : null;
  const direct = place.kind === "im" || place.kind === "mpim";
  const back = iconButton("back", "Back to the channels", () => (document.body.dataset.view = "list"), { cls: "icon-button only-phone" });
  const title = el("h1", {}, sign, direct ? place.name : el("span", {}, place.name));
  const topic = el("div", { cls: "topic", title: "Topic" }, words(place.topic));
  const pins = place.pins.length
    ? el("button", { type: "button", cls: "button quiet-button", "data-spot": "pins", onclick: () => pinsDialog(place) },
      icon("pin"), `${place.pins.length} pinned`) : null;
  const canvas = place.canvas === null ? null : el("button", {
    type: "button", cls: "button quiet-button", "data-spot": "canvas", onclick: () => canvasDialog(place, name),
  }, icon("file"), "Canvas");
  const members = direct ? null : el("button", {
    type: "button", cls: "button quiet-button", "data-spot": "members", onclick: () => roomDialog(place, name),
    "aria-label": `${place.members.length} members, details of ${name}`,
  }, icon("people"), String(place.members.length));
  const marks = place.bookmarks.map((one) =>
    el("span", { cls: "bookmark" }, one.emoji.length ? words(one.emoji) : icon("link"), link(one.link, one.title)));
  return [
    el("div", { cls: "room-title" }, back, title, topic, el("span", { cls: "grow" }), canvas, pins, members),
    marks.length ? el("div", { cls: "bookmarks", "aria-label": "Bookmarks", role: "group" }, marks) : null,
  ];
}

function footing(place, name, list) {
  if (place.archived) return [el("p", { cls: "closed" }, "This channel is archived. Nobody can write in it.")];
  if (!place.member) {
    const join = el("button", { type: "button", cls: "button primary", onclick: () => act("joins") }, "Join channel");
    return [el("p", { cls: "closed" }, `You are looking at ${name}. `, join)];
  }
  const editLast = () => [...list.list.children].findLast((one) => one.edit)?.edit();
  return [composer({ label: `Message ${name}`, editLast }).node];
}
