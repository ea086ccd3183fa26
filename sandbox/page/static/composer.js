// Where one types: Enter sends, Shift+Enter makes a line, / begins a command. It keeps what was typed per place.

import { act } from "./talk.js";
import { el, iconButton } from "./dom.js";
import { told } from "./everybody.js";
import { openMenu } from "./menu.js";
import { pickEmoji } from "./picker.js";
import { notice } from "./notices.js";
import { here } from "./place.js";
import { suggestions } from "./suggest.js";

const drafts = new Map();
const LARGEST = 8 * 1024 * 1024;
const draftKey = (thread) => `${here.person} ${here.channel} ${thread || ""}`;

export function composer({ label, thread = null, broadcastTo = null, editLast = null }) {
  const key = draftKey(thread);
  const field = el("textarea", { rows: 1, "aria-label": label, placeholder: label, value: drafts.get(key) || "", "data-spot": "composer" });
  const hint = el("p", { cls: "command-hint", hidden: true, "aria-live": "polite" });
  const suggest = suggestions(field);
  const too = broadcastTo && el("input", { type: "checkbox" });
  const send = iconButton("send", "Send now", () => submit(), { cls: "icon-button send" });
  const smile = iconButton("smile", "Emoji", () => pickEmoji(smile, told().favourites, (name) => put(`:${name}: `)), { "aria-expanded": "false" });
  const more = iconButton("plus", "Attach, shortcuts", () => openMenu(more, "More", extras()), { "aria-haspopup": "menu", "aria-expanded": "false" });
  const node = el("form", { cls: "composer", onsubmit: (event) => (event.preventDefault(), submit()) }, suggest.list, hint,
    el("div", { cls: "composer-frame" }, field, el("div", { cls: "composer-row" }, more, smile,
      too ? el("label", { cls: "choice" }, too, el("span", {}, `Also send to ${broadcastTo}`)) : null, el("span", { cls: "grow" }), send)));

  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (suggest.keys(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), submit());
    else if (event.key === "ArrowUp" && !field.value && editLast) (event.preventDefault(), editLast());
  });
  changed();

  function changed() {
    drafts.set(key, field.value);
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 220)}px`;
    const command = told().commands?.find((one) => field.value === one.word || field.value.startsWith(`${one.word} `));
    hint.hidden = !command;
    hint.textContent = command ? `${command.word} ${command.hint}` : "";
    send.classList.toggle("ready", Boolean(field.value.trim()));
  }

  function put(text) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    changed();
  }

  async function submit() {
    const text = field.value.trim();
    if (!text) return;
    const command = /^\/[\w-]+(\s|$)/.test(text);
    if (command && thread) return notice("Slack takes no slash commands in threads. Type it in the channel.");
    field.value = "";
    changed();
    const done = command ? await act("types", { text }) : await act("says", { text, thread, broadcast: Boolean(too?.checked) });
    if (!done && !field.value) {
      field.value = text; // what was refused is not lost
      changed();
    }
  }

  function extras() {
    const shortcuts = told().shortcuts.filter((one) => one.kind === "global");
    return [{ label: "Attach a file", act: upload },
      ...(shortcuts.length ? [null, ...shortcuts.map((one) => ({
        label: one.name, about: told().app.name, act: () => act("shortcut", { shortcut: one.id }) }))] : [])];
  }

  function upload() {
    const input = el("input", { type: "file" });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      if (file.size > LARGEST) return notice("Files of up to 8 MB can be shared here.");
      const bytes = new Uint8Array(await file.arrayBuffer());
      let letters = "";
      for (const byte of bytes) letters += String.fromCharCode(byte);
      const told = await act("uploads", { name: file.name, content: btoa(letters), text: field.value.trim(), thread });
      if (told) (field.value = ""), changed();
    });
    input.click();
  }
  return { node, field };
}
