// A file under a message: its card, its download, and its content on the screen.

import { el, icon } from "./dom.js";
import { openDialog } from "./dialog.js";
import { markdown } from "./markdown.js";
import { fileAddress } from "./picture.js";

export function fileCard(file) {
  const about = el("span", { cls: "file-about" }, el("strong", {}, file.title), el("small", {}, `${file.kind} · ${file.size}`));
  const preview = file.shows
    ? el("button", { type: "button", cls: "button", "data-spot": `show-${file.id}`, onclick: () => show(file), "aria-label": `Preview ${file.title}` },
      icon("eye"), "Preview") : null;
  const download = el("a", {
    cls: "button", href: fileAddress(file.id, true), download: file.name, "aria-label": `Download ${file.name}`,
  }, icon("download"), "Download");
  const thumb = file.shows === "image" ? el("img", { src: fileAddress(file.id), alt: file.alt, cls: "picture large" }) : null;
  const card = el("div", { cls: "file" }, el("span", { cls: `file-sign ${file.shows || ""}` }, icon("file")), about,
    el("span", { cls: "file-acts" }, preview, download));
  return thumb ? el("div", {}, thumb, card) : card;
}

async function show(file) {
  if (file.shows === "image") {
    return openDialog(file.title, el("img", { src: fileAddress(file.id), alt: file.alt, cls: "picture whole" }), { cls: "wide" });
  }
  const text = await (await fetch(fileAddress(file.id, true))).text();
  const content = file.shows === "markdown" ? markdown(text) : el("pre", {}, text);
  openDialog(file.title, content, { cls: "wide" });
}
