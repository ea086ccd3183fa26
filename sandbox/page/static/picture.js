// A picture in a block. Its place in the message is the caller's affair.

import { el } from "./dom.js";
import { here } from "./place.js";

export const fileAddress = (id, download = false) =>
  `/file/${encodeURIComponent(id)}?person=${encodeURIComponent(here.person)}${download ? "&download" : ""}`;

// Nothing is fetched from outside of this machine: a picture from elsewhere is told, with a link to it.
export function image(one, size) {
  const alt = one.alt_text || "";
  if (one.file) return el("img", { src: fileAddress(one.file), alt, cls: `picture ${size}` });
  if (size === "tiny") return el("span", { cls: "picture tiny", role: "img", "aria-label": alt, title: alt });
  const address = one.image_url || "";
  const shown = /^https?:/i.test(address)
    ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, alt || address) : alt;
  return el("div", { cls: `picture elsewhere ${size}` }, shown);
}
