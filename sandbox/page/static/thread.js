// A thread beside its channel. Draws what it is given.

import { el, iconButton } from "./dom.js";
import { composer } from "./composer.js";
import { messageList } from "./messages.js";
import { go, here } from "./place.js";

export function threadPane(aside) {
  let key = null;
  let list = null;
  aside.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && shut());
  const shut = () => {
    go({ channel: here.channel });
    document.querySelector("#main textarea")?.focus();
  };

  return function show(thread, place) {
    aside.hidden = !thread;
    if (!thread) {
      key = null;
      return aside.replaceChildren();
    }
    const name = place.kind === "im" ? place.name : `#${place.name}`;
    const mayWrite = place.member && !place.archived;
    const wanted = `${here.person} ${place.id} ${thread.ts} ${mayWrite}`;
    if (key !== wanted) {
      key = wanted;
      list = messageList("Messages of the thread", { inThread: true });
      const write = mayWrite ? composer({ label: "Reply", thread: thread.ts, broadcastTo: name }) : null;
      aside.replaceChildren(
        el("header", { cls: "room-head" }, el("div", { cls: "room-title" }, el("h2", {}, "Thread"), el("span", { cls: "quiet" }, name),
          el("span", { cls: "grow" }), iconButton("close", "Close the thread", shut))),
        list.node, write ? el("div", { cls: "room-foot" }, write.node) : "");
      if (!here.flash) write?.field.focus();
    }
    list.show(thread.messages, mayWrite);
  };
}
