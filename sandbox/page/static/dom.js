// Nodes made by hand: text is only ever text, so nothing that anybody typed can become markup.

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "selected", "hidden", "multiple"]);

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (AS_PROPERTY.has(name)) node[name] = value;
    else node.setAttribute(name === "cls" ? "class" : name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

export function fill(node, ...children) {
  keepFocus(node, () => {
    node.replaceChildren(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
    return node;
  });
}

// Draw again without losing the keyboard's place: `data-spot` names a control within what is replaced.
export function keepFocus(old, draw) {
  const active = document.activeElement;
  const spot = old.contains(active) ? active.closest("[data-spot]")?.dataset.spot : undefined;
  const fresh = draw();
  if (spot !== undefined) fresh.querySelector(`[data-spot="${CSS.escape(spot)}"]`)?.focus({ preventScroll: true });
  else if (old.contains(active) && fresh.hasAttribute("tabindex")) fresh.focus({ preventScroll: true });
}

// Bring the children of `parent` in line with `items`; what did not change keeps its node.
export function keyed(parent, items, keyOf, draw) {
  const old = new Map([...parent.children].map((node) => [node.itemKey, node]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const mark = JSON.stringify(item);
    let node = old.get(key);
    old.delete(key);
    if (!node || node.itemMark !== mark) {
      const fresh = draw(item);
      fresh.itemKey = key;
      fresh.itemMark = mark;
      if (node) {
        const replaced = node;
        fresh.tabIndex = replaced.tabIndex;
        keepFocus(replaced, () => (replaced.replaceWith(fresh), fresh));
        if (at === replaced) at = fresh;
      }
      node = fresh;
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const node of old.values()) node.remove();
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// A button that is only a picture; its name is for those who do not see it, and its tooltip for those who do.
export function iconButton(name, label, onclick, props = {}) {
  return el("button", { type: "button", cls: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

let made = 0;
export const freshId = (stem) => `${stem}-${(made += 1)}`;

const ICONS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13M3 12.5h13",
  lock: "M5.5 9V6.5a4.5 4.5 0 0 1 9 0V9M4.5 9h11v8h-11z",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM7.3 8v.1M12.7 8v.1M6.7 11.7c1.6 2.8 5 2.8 6.6 0",
  reply: "M3 4h14v9H9l-4 3.5V13H3z",
  more: "M10 4.5v.1M10 10v.1M10 15.5v.1",
  pin: "M7 3h6l-.6 5 2.6 3H5l2.6-3zM10 11v6",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4l-6 6 6 6",
  send: "M3 10 17 3.5 13 17l-3.5-5.5z",
  plus: "M10 4v12M4 10h12",
  bolt: "M11 2.5 4.5 11.5H9l-1 6 7-9.5H10.5z",
  people: "M7 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.8 16.5c.3-6 10-6 10.4 0M13 9.3a2.6 2.6 0 1 0-.6-5M14.5 11.3c2.2.5 3.6 2.3 3.7 5.2",
  file: "M5 2.5h6.5L15.5 7v10.5H5zM11.5 2.5V7h4",
  download: "M10 3v9.5M6 9l4 4 4-4M4 16.5h12",
  eye: "M2 10c3.5-6.5 12.5-6.5 16 0-3.5 6.5-12.5 6.5-16 0zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  link: "M8.5 11.5 11.5 8.5M9 6l2-2a3.5 3.5 0 0 1 5 5l-2 2M11 14l-2 2a3.5 3.5 0 0 1-5-5l2-2",
  home: "M3 9.5 10 3.5l7 6M5 8v8.5h10V8",
  list: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  check: "M4 10.5 8.3 15 16 5.5",
};
