// One message: who, when, what, and what can be done with it. The list it stands in is not its affair.

import { act } from "./talk.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { el, icon, iconButton } from "./dom.js";
import { confirmed } from "./dialog.js";
import { told } from "./everybody.js";
import { fileCard } from "./files.js";
import { openMenu } from "./menu.js";
import { allEmoji, pickEmoji } from "./picker.js";
import { go, here } from "./place.js";
import { words } from "./words.js";

let signs = {};
allEmoji().then((all) => (signs = all));

// `flags` are {joined: says the same person again, inThread, mayWrite}.
export function drawMessage(one, flags) {
  if (one.system) return drawSystem(one);
  const head = flags.joined ? null : el("div", { cls: "message-head" }, el("span", { cls: "author" }, one.by.name),
    one.by.app ? el("span", { cls: "badge" }, "App") : null, el("time", { datetime: one.at, title: one.full }, one.time));
  const gutter = el("div", { cls: "gutter" }, flags.joined
    ? el("time", { datetime: one.at, title: one.full }, one.time.replace(/ [AP]M/, "")) : avatar(one.by));
  const node = el("li", {
    cls: ["message", flags.joined && "joined", one.alone && "alone", one.pinned && "pinned"].filter(Boolean).join(" "),
    "data-ts": one.ts, tabindex: "-1", "aria-label": `${one.by.name}, ${one.time}`,
  }, one.alone ? aloneLine(one) : null,
  one.pinned ? el("div", { cls: "above" }, icon("pin"), `Pinned by ${one.pinned}`) : null,
  one.thread && !flags.inThread ? threadLine(one) : null,
  gutter, el("div", { cls: "message-body" }, head, el("div", { cls: "message-content", "data-editable": one.source === undefined ? null : "" }, content(one)),
    one.reactions.length ? reactions(one, flags) : null, one.replies && !flags.inThread ? replies(one) : null));
  if (flags.mayWrite && !one.alone) node.append(toolbar(one, flags, node));
  node.edit = one.source === undefined ? null : () => edit(one, node);
  return node;
}

function drawSystem(one) {
  const about = typeof one.words?.[0] === "object" && one.words[0].is === "user";
  return el("li", { cls: "message system", "data-ts": one.ts, tabindex: "-1" }, el("div", { cls: "gutter" }, avatar(one.by, "small")),
    el("div", { cls: "message-body" }, about ? null : el("strong", {}, `${one.by.name} `), el("span", { cls: "words" }, words(one.words)),
      " ", el("time", { datetime: one.at, title: one.full }, one.time)));
}

function content(one) {
  const context = { use: (block, element, value) => use(one, block, element, value),
    ask: (block, element, text) => ask({ ts: one.ts }, block, element, text) };
  const said = one.words?.length ? el("div", { cls: "words" }, words(one.words),
    one.edited ? el("span", { cls: "quiet" }, " (edited)") : null) : null;
  const attached = one.attachments.map((a) => {
    const bar = el("div", { cls: "attachment" }, a.words.length ? el("div", { cls: "words" }, words(a.words)) : null,
      a.blocks.length ? blocks(a.blocks, context) : null);
    if (/^#[0-9a-f]{3,8}$/i.test(a.color)) bar.style.borderLeftColor = a.color;
    return bar;
  });
  return [said, one.blocks.length ? blocks(one.blocks, context) : null, attached, one.files.map(fileCard)];
}

function use(one, block, element, value) {
  const body = { ts: one.ts, block: block.block_id, action: element.action_id };
  return value === undefined ? act("clicks", body) : act("chooses", { ...body, value });
}

export async function ask(container, block, element, text) {
  const told = await act("asks", { ...container, block: block.block_id, action: element.action_id, text });
  return told?.options.map(({ option, shown }) => ({
    value: option.value, send: option, label: shown.text.plain ?? "", about: shown.description?.plain }));
}

function aloneLine(one) {
  return el("div", { cls: "above" }, icon("eye"), "Only visible to you",
    el("button", { type: "button", cls: "link", onclick: () => act("dismisses", { ts: one.ts }) }, "Dismiss"));
}

function threadLine(one) {
  const open = () => go({ channel: here.channel, thread: one.thread });
  return el("div", { cls: "above" }, el("button", { type: "button", cls: "link", onclick: open }, "replied to a thread"));
}

function reactions(one, flags) {
  const list = one.reactions.map((r) => el("button", {
    type: "button", cls: `reaction${r.mine ? " mine" : ""}`, "aria-pressed": String(r.mine), disabled: !flags.mayWrite,
    "data-spot": `reaction-${r.name}`, title: `${r.who.join(", ")} reacted with :${r.name}:`,
    "aria-label": `${r.name.replaceAll("_", " ")}, ${r.count}: ${r.who.join(", ")}`,
    onclick: () => act("reacts", { ts: one.ts, emoji: r.name }),
  }, el("span", { cls: "emoji" }, r.sign || `:${r.name}:`), el("span", {}, String(r.count))));
  const add = iconButton("smile", "Add another reaction", () => react(add, one), { cls: "reaction add", "aria-expanded": "false" });
  return el("div", { cls: "reactions" }, list, flags.mayWrite ? add : null);
}

function replies(one) {
  const { count, last, by } = one.replies;
  return el("button", {
    type: "button", cls: "replies", "data-spot": "replies", onclick: () => go({ channel: here.channel, thread: one.ts }),
  }, by.map((face) => avatar(face, "small")), el("span", { cls: "link" }, `${count} ${count === 1 ? "reply" : "replies"}`),
  el("span", { cls: "quiet" }, `Last reply ${last}`));
}

const react = (anchor, one) =>
  pickEmoji(anchor, told().favourites, (emoji) => act("reacts", { ts: one.ts, emoji }));

function toolbar(one, flags, node) {
  const quick = told().favourites.slice(0, 3).map((emoji) => el("button", {
    type: "button", cls: "icon-button emoji", title: `React with :${emoji}:`, "data-spot": `quick-${emoji}`,
    "aria-label": `React with ${emoji.replaceAll("_", " ")}`, onclick: () => act("reacts", { ts: one.ts, emoji }),
  }, signs[emoji] || emoji));
  const smile = iconButton("smile", "Add a reaction", () => react(smile, one), { "aria-expanded": "false", "data-spot": "react" });
  const reply = flags.inThread ? null : iconButton("reply", "Reply in thread",
    () => go({ channel: here.channel, thread: one.thread || one.ts }), { "data-spot": "reply" });
  const more = iconButton("more", "More actions", () => openMenu(more, "Message", choices(one, node)),
    { "aria-haspopup": "menu", "aria-expanded": "false", "data-spot": "more" });
  return el("div", { cls: "toolbar", role: "group", "aria-label": "Message actions" }, quick, smile, reply, more);
}

function choices(one, node) {
  const { shortcuts, app } = told();
  const own = one.source === undefined ? [] : [null, { label: "Edit message", act: () => edit(one, node) },
    { label: "Delete message", danger: true, act: () => remove(one) }];
  const offered = shortcuts.filter((s) => s.kind === "message").map((s) => ({
    label: s.name, about: app.name, act: () => act("shortcut", { shortcut: s.id, ts: one.ts }) }));
  return [{ label: one.pinned ? "Unpin from this channel" : "Pin to this channel", act: () => act("pins", { ts: one.ts }) },
    ...(offered.length ? [null, ...offered] : []), ...own];
}

async function remove(one) {
  const sure = await confirmed({ title: "Delete message", text: "It is gone for everybody then.", yes: "Delete", no: "Cancel", danger: true });
  if (sure) await act("deletes", { ts: one.ts });
}

function edit(one, node) {
  const place = node.querySelector(".message-content");
  const before = [...place.childNodes];
  const text = el("textarea", { cls: "field", rows: 2, "aria-label": "Edit message", value: one.source });
  const end = () => (place.replaceChildren(...before), node.focus());
  const save = async () => {
    if (text.value.trim() && text.value !== one.source) await act("edits", { ts: one.ts, text: text.value.trim() });
    end();
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") (event.stopPropagation(), end());
    if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), save());
  });
  place.replaceChildren(text, el("div", { cls: "row end" }, el("button", { type: "button", cls: "button", onclick: end }, "Cancel"),
    el("button", { type: "button", cls: "button primary", onclick: save }, "Save")));
  text.focus();
}
