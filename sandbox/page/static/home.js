// The app's home: its tab as the app published it, and the way to its messages.

import { act } from "./talk.js";
import { ask } from "./message.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { el, fill, iconButton } from "./dom.js";
import { go } from "./place.js";

export function homeTab(main, side, home) {
  const send = (name, block, element, value) => {
    const body = { view: home.id, block: block.block_id, action: element.action_id };
    return value === undefined ? act("clicks", body) : act(name, { ...body, value });
  };
  const context = home && {
    values: home.values, errors: {},
    use: (block, element, value) => send("chooses", block, element, value),
    report: (block, element, value) => block.dispatch_action && send("chooses", block, element, value),
    ask: (block, element, text) => ask({ view: home.id }, block, element, text),
  };
  const messages = async () => {
    const told = await act("opens_direct", {});
    if (told) go({ channel: told.channel });
  };
  const back = iconButton("back", "Back to the channels", () => (document.body.dataset.view = "list"), { cls: "icon-button only-phone" });
  fill(main,
    el("header", { cls: "room-head" },
      el("div", { cls: "room-title" }, back, avatar(side.app, "small"), el("h1", {}, side.app.name)),
      el("div", { cls: "tabs" }, el("button", { type: "button", cls: "tab", "aria-current": "page" }, "Home"),
        el("button", { type: "button", cls: "tab", onclick: messages }, "Messages"))),
    el("div", { cls: "scroll" }, el("div", { cls: "home" }, home
      ? blocks(home.blocks, context) : el("p", { cls: "empty" }, `${side.app.name} has published nothing here yet.`))));
}
