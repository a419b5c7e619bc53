// Elements, dialogs and the picture of a code.

// As high as the real one's.
const LAYER = "2147483647";

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function dress(host, appearance = {}) {
  const plain = { primary: "#2563eb", radius: "8px", font: "system-ui, sans-serif", size: "16px" };
  const look = { ...plain, ...(appearance.theme === "night" ? DARK : LIGHT) };
  for (const [name, own] of Object.entries(VARIABLES)) {
    const value = appearance.variables?.[name];
    if (value) look[own] = value;
  }
  for (const [name, value] of Object.entries(look)) host.style.setProperty(`--${name}`, value);
}

/** Return a host, and the root in which neither side's styles reach the other. */
function island(appearance) {
  const host = element("div");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [SHEET];
  dress(host, appearance);
  return [host, root];
}

/** Show a dialog over the page as the real one does: it is a child of <body>, of a high layer. */
function askBuyer(title, appearance, content, choices) {
  if (document.querySelector("dialog:modal")) {
    console.warn("Stripe's dialogs are behind a modal <dialog>, where nobody can reach them.");
  }
  const [host, root] = island(appearance);
  host.style.cssText += `position: fixed; inset: 0; z-index: ${LAYER}; pointer-events: auto;`;
  let close;
  const answered = new Promise((resolve) => {
    close = (value) => {
      host.remove();
      resolve(value);
    };
  });
  const buttons = choices.map(([label, value]) =>
    element("button", { type: "button", click: () => close(value) }, label),
  );
  const box = element(
    "div",
    { role: "dialog", "aria-modal": "true", "aria-label": title },
    element("h2", {}, title),
    ...content,
    element("div", { class: "actions" }, ...buttons),
  );
  root.append(element("div", { class: "veil" }, box));
  document.body.append(host);
  buttons[0].focus();
  return { answered, close };
}

/** Draw what looks like a QR code: the same text gives the same picture, but it says nothing. */
function picture(text, label) {
  const size = 25;
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  drawn.setAttribute("viewBox", `-2 -2 ${size + 4} ${size + 4}`);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", label);
  let seed = 7;
  for (const letter of text) seed = (seed * 31 + letter.codePointAt(0)) % 2147483647;
  const corner = (x, y) => {
    const [dx, dy] = [Math.min(x, size - 1 - x), Math.min(y, size - 1 - y)];
    if (dx > 7 || dy > 7 || (x > 7 && y > 7)) return null;
    const ring = Math.max(Math.abs(dx - 3), Math.abs(dy - 3));
    return ring === 3 || ring < 2;
  };
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      seed = (seed * 48271) % 2147483647;
      if (corner(x, y) ?? seed % 2) path += `M${x} ${y}h1v1h-1z`;
    }
  }
  const dark = document.createElementNS(space, "path");
  dark.setAttribute("d", path);
  drawn.append(dark);
  return drawn;
}
