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
  svg.setAttribute("class", "icon");
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
  hash: "M8 3 6.500 17M13.500 3 12 17M3.500 7.500h13M3 12.500h13",
  lock: "M5.500 9V6.500a4.500 4.500 0 0 1 9 0V9M4.500 9h11v8h-11z",
  smile: "M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM7.300 8v.1M12.700 8v.1M6.700 11.700c1.600 2.800 5 2.800 6.600 0",
  reply: "M3 4h14v9H9l-4 3.500V13H3z",
  more: "M10 4.500v.1M10 10v.1M10 15.500v.1",
  pin: "M7 3h6l-.6 5 2.600 3H5l2.600-3zM10 11v6",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4l-6 6 6 6",
  send: "M3 10 17 3.500 13 17l-3.500-5.500z",
  plus: "M10 4v12M4 10h12",
  bolt: "M11 2.500 4.500 11.500H9l-1 6 7-9.500H10.500z",
  people: "M7 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.800 16.500c.3-6 10.100-6 10.400 0M13 9.300a2.600 2.600 0 1 0-.6-5M14.500 11.300c2.200.5 3.600 2.300 3.700 5.200",
  file: "M5 2.500h6.500L15.500 7v10.500H5zM11.500 2.500V7h4",
  download: "M10 3v9.500M6 9l4 4 4-4M4 16.500h12",
  eye: "M2 10c3.500-6.500 12.500-6.500 16 0-3.500 6.500-12.500 6.500-16 0zM10 12.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z",
  link: "M8.500 11.500 11.500 8.500M9 6l2-2a3.500 3.500 0 0 1 5 5l-2 2M11 14l-2 2a3.500 3.500 0 0 1-5-5l2-2",
  home: "M3 9.500 10 3.500l7 6M5 8v8.500h10V8",
  list: "M3.500 5.500h13M3.500 10h13M3.500 14.500h13",
  check: "M4 10.500 8.300 15 16 5.500",
};
