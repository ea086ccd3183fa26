// What a channel's head opens: its members and topic, its pins, its canvas.

import { act } from "./talk.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { combobox } from "./combobox.js";
import { openDialog } from "./dialog.js";
import { everybody } from "./everybody.js";
import { go } from "./place.js";
import { flat, words } from "./words.js";

export function roomDialog(place, name) {
  const members = el("ul", { cls: "faces" }, place.members.map((one) =>
    el("li", {}, avatar(one, "small"), el("span", {}, one.name), one.app ? el("span", { cls: "badge" }, "App") : null)));
  const inside = place.member && !place.archived;
  const topic = el("input", { cls: "field", id: "topic-field", value: flat(place.topic), maxlength: "250" });
  const there = new Set(place.members.map((one) => one.id));
  const add = combobox({
    label: "Add somebody", placeholder: "Add somebody", many: false, chosen: [],
    options: everybody().filter((one) => !there.has(one.value)),
    dispatch: async (user) => user && (await act("invites", { user })) && box.close("done"),
  });
  const content = [
    inside ? el("form", { cls: "row", onsubmit: setTopic }, el("label", { for: "topic-field", cls: "label" }, "Topic"), topic,
      el("button", { cls: "button" }, "Set topic")) : null,
    el("h3", {}, "Members"), members, inside ? add.node : null,
  ];
  async function setTopic(event) {
    event.preventDefault();
    if (await act("sets_topic", { text: topic.value })) box.close("done");
  }
  const leave = el("button", { type: "button", cls: "button danger", onclick: async () => (await act("leaves")) && box.close("done") }, "Leave channel");
  const box = openDialog(name, content, { footer: inside ? [leave] : [] });
}

export function pinsDialog(place) {
  const idle = { use: () => null };
  const pins = place.pins.map((one) => el("li", { cls: "pinned-message" },
    el("div", { cls: "message-head" }, el("span", { cls: "author" }, one.by.name), el("time", { datetime: one.at, title: one.full }, one.time)),
    one.words ? el("div", { cls: "words" }, words(one.words)) : blocks(one.blocks.filter((b) => b.type !== "actions"), idle),
    el("button", { type: "button", cls: "link", onclick: () => (box.close("go"), go({ channel: place.id, thread: one.thread, flash: one.ts })) },
      "Go to the message")));
  const box = openDialog("Pinned messages", el("ul", { cls: "plain" }, pins));
}

export function canvasDialog(place, name) {
  const label = `Canvas of ${name}`;
  const inside = place.member && !place.archived;
  const field = el("textarea", { cls: "field", rows: 20, value: place.canvas, "aria-label": label, readonly: inside ? null : true });
  const save = async () => (await act("edits_canvas", { text: field.value })) && box.close("done");
  const button = el("button", { type: "button", cls: "button primary", onclick: save }, "Save the canvas");
  const box = openDialog(label, field, { footer: inside ? [button] : [] });
}
