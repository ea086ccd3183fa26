// What is wrong with the page as it stands, for those who cannot see it or not well. Evaluated in the browser.

() => {
  const seen = (node) => node.checkVisibility({ visibilityProperty: true });
  const all = (query) => [...document.querySelectorAll(query)].filter(seen);
  const words = (id) => document.getElementById(id)?.textContent || "";

  const nameOf = (node) => [
    node.getAttribute("aria-label"), ...(node.getAttribute("aria-labelledby") || "").split(" ").map(words),
    ...[...(node.labels || [])].map((one) => one.textContent), node.alt, node.textContent,
  ].join("").trim();
  const silent = ["presentation", "separator", "alert", "group"];
  const nameless = all("button, a, input, select, textarea, img, dialog, nav, aside, [role]")
    .filter((node) => !silent.includes(node.role) && !nameOf(node)).map((node) => `no name: ${node.outerHTML.slice(0, 160)}`);

  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: #${id}`);
  const lost = all("[aria-describedby], [aria-activedescendant]").flatMap((node) =>
    [node.getAttribute("aria-describedby"), node.getAttribute("aria-activedescendant")].filter(Boolean).join(" ").split(" "))
    .filter((id) => !ids.includes(id)).map((id) => `refers to nothing: #${id}`);

  const parsed = (text) => text.match(/[\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parsed(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const pale = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !seen(node) || node.closest(".emoji, .person, .skip, [disabled]")) continue;
    const [a, b] = [light(parsed(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) pale.add(`pale (${ratio.toFixed(2)}): ${text.slice(0, 40)} (${node.className})`);
  }
  return [...nameless, ...twice, ...lost, ...pale];
}
