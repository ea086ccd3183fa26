// What stands in a message or view and acts at once: buttons, overflow menus, menus, pickers. Sends nothing itself.

import { el, icon } from "./dom.js";
import { confirmed } from "./dialog.js";
import { image } from "./picture.js";
import { inputFor } from "./inputs.js";
import { openMenu } from "./menu.js";
import { plainOf, textOf } from "./words.js";

export function control(block, element, context) {
  const spot = `${block.block_id}/${element.action_id}`;
  if (element.type === "image") return image(element, "small");
  if (element.type === "overflow") return overflow(block, element, context, spot);
  if (["button", "workflow_button", "icon_button"].includes(element.type)) return button(block, element, context, spot);
  const state = context.values?.[block.block_id]?.[element.action_id];
  const label = plainOf(element.placeholder) || plainOf(block.text) || "Choose";
  const field = inputFor(element, state, { label, spot, context, block, dispatch: (value) => send(value) });

  async function send(value) {
    if (await agreed(element)) await busy(field.node, () => context.use(block, element, value));
    else field.put?.(state);
  }
  return field.node;
}

function button(block, element, context, spot) {
  const cls = `button ${element.style === "primary" ? "primary" : element.style === "danger" ? "danger" : ""}`;
  const link = /^(https?|mailto):/i.test(element.url || "") ? element.url : null;
  const node = el(link ? "a" : "button", {
    cls, "data-spot": spot, "aria-label": element.accessibility_label, type: link ? null : "button",
    href: link, target: link ? "_blank" : null, rel: link ? "noopener noreferrer" : null,
    async onclick() {
      if (node.getAttribute("aria-busy") === "true") return;
      if (await agreed(element)) await busy(node, () => context.use(block, element));
    },
  }, textOf(element.text), link ? icon("link") : null);
  return node;
}

function overflow(block, element, context, spot) {
  const choose = async (option) => {
    if (option.url && /^https?:/i.test(option.url)) window.open(option.url, "_blank", "noopener");
    if (await agreed(element)) await busy(node, () => context.use(block, element, option.value));
  };
  const node = el("button", {
    type: "button", cls: "button overflow", "aria-label": "More", "aria-haspopup": "menu", "aria-expanded": "false",
    "data-spot": spot, title: "More",
    onclick: () => openMenu(node, "More", element.options.map((option) => ({
      label: textOf(option.text), about: option.description ? plainOf(option.description) : null, act: () => choose(option),
    }))),
  }, icon("more"));
  return node;
}

async function agreed({ confirm }) {
  if (!confirm) return true;
  return confirmed({
    title: plainOf(confirm.title), text: el("p", { cls: "words" }, textOf(confirm.text)),
    yes: plainOf(confirm.confirm), no: plainOf(confirm.deny), danger: confirm.style === "danger",
  });
}

export async function busy(node, work) {
  node.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}
