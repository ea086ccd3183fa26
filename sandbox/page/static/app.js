// The whole page: hears what is on the screen, hands each part to who draws it, and knows the keys that work anywhere.

import { act, watch } from "./talk.js";
import { drawer } from "./drawer.js";
import { learn } from "./everybody.js";
import { homeTab } from "./home.js";
import { notice } from "./notices.js";
import { people, sidebar } from "./side.js";
import { room } from "./room.js";
import { showModal } from "./modal.js";
import { threadPane } from "./thread.js";
import { go, here, readAddress } from "./place.js";

const find = (id) => document.getElementById(id);
const screen = {};
const showRoom = room(find("main"));
const showThread = threadPane(find("thread"));
const showCalls = drawer(find("drawer"), () => toggleDrawer(false));
let lost = false;

function start() {
  readAddress();
  const were = `${here.person} ${here.tab} ${here.channel}`;
  if (screen.were !== were) {
    screen.were = were;
    screen.home = screen.place = screen.thread = undefined;
    showModal(null);
  }
  watch(draw, (gone) => {
    if (gone && !lost) notice("The workspace does not answer. This page waits for it.");
    lost = gone;
  });
}

function draw(parts) {
  Object.assign(screen, parts);
  const { side } = screen;
  if (!here.person || here.person !== side.me.id) return go({ person: side.me.id, channel: firstChannel(side) });
  const known = side.channels.some((one) => one.id === here.channel);
  if (!known && here.tab !== "home" && firstChannel(side)) return go({ channel: firstChannel(side) });
  learn(side);
  document.title = `${title(side)} | ${side.team}`;
  if (parts.side || parts.calls) sidebar(find("side"), side, () => toggleDrawer(), screen.calls);
  if (parts.side) people(find("people"), side);
  if (here.tab === "home") {
    if (parts.home !== undefined || !find("main").querySelector(".home")) homeTab(find("main"), side, screen.home);
    showThread(null);
  } else {
    if ("place" in parts) showRoom(screen.place);
    if ("thread" in parts || "place" in parts) showThread(screen.place && screen.thread, screen.place);
  }
  if (parts.calls) showCalls(screen.calls);
  if ("modal" in parts) showModal(screen.modal);
  document.body.dataset.view ||= "room";
  document.body.classList.toggle("beside", !find("thread").hidden);
  document.body.dataset.ready = "";
}

const firstChannel = (side) => (side.channels.find((one) => one.member && one.id === here.channel) || side.channels.find((one) => one.member)
  || side.channels[0])?.id;

const title = (side) => here.tab === "home" ? side.app.name : side.channels.find((one) => one.id === here.channel)?.name ?? side.team;

function toggleDrawer(open = find("drawer").hidden) {
  find("drawer").hidden = !open;
  if (open) find("drawer").querySelector("button").focus();
  else find("side").querySelector("[data-spot=calls]")?.focus();
}

// Ctrl+K goes to the channels, as in Slack; Alt and arrows go through them.
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const entries = [...find("side").querySelectorAll(".entry")];
  const at = entries.findIndex((one) => one.getAttribute("aria-current"));
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    entries[(at + (event.key === "ArrowDown" ? 1 : -1) + entries.length) % entries.length]?.click();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    document.body.dataset.view = "list";
    (entries[at] || entries[0])?.focus();
  }
});

window.addEventListener("hashchange", start);
start();
if (here.tab === "home") act("opens_home");
