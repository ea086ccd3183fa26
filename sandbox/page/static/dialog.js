// A dialog over the page. The browser keeps the focus in it; it goes back to where it was. Knows no content.

import { el, freshId, iconButton } from "./dom.js";

// `onclose` hears how it was left: "esc", "x" or whatever `close` was called with.
export function openDialog(title, content, { footer = [], cls = "", onclose, label } = {}) {
  const from = document.activeElement;
  const id = freshId("title");
  const body = el("div", { cls: "dialog-body" }, content);
  const head = el("header", {}, el("h2", { id }, title), iconButton("close", "Close", () => close("x")));
  const dialog = el("dialog", { cls: `dialog ${cls}`, "aria-labelledby": label ? null : id, "aria-label": label },
    head, body, footer.length ? el("footer", {}, footer) : null);
  let open = true;

  function close(how) {
    if (!open) return;
    open = false;
    const notices = dialog.querySelector("#notices");
    if (notices) document.body.append(notices);
    dialog.close();
    dialog.remove();
    if (from?.isConnected) from.focus();
    onclose?.(how);
  }
  dialog.addEventListener("cancel", (event) => (event.preventDefault(), close("esc")));
  dialog.addEventListener("close", () => close("esc")); // a second Esc closes it whatever we say
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, body, close };
}

export function confirmed(asked) {
  return new Promise((answer) => {
    const button = (cls, label, how) => el("button", { type: "button", cls, onclick: () => box.close(how) }, label);
    const yes = button(asked.danger ? "button danger-fill" : "button primary", asked.yes, "yes");
    const box = openDialog(asked.title, asked.text, {
      footer: [button("button", asked.no, "no"), yes],
      cls: "small",
      onclose: (how) => answer(how === "yes"),
    });
    yes.focus();
  });
}
