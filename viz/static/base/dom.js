// Helpers that build HTML and SVG elements.
// Colours of drawings. Each is a custom property of theme.css, so that drawings follow the colour scheme.
export const COLOURS = {
  paper: "var(--paper)",
  ink: "var(--ink)",
  muted: "var(--muted)",
  faint: "var(--faint)",
  line: "var(--line)",
  author: "var(--author)",
  authorLight: "var(--author-light)",
  opponent: "var(--opponent)",
  opponentLight: "var(--opponent-light)",
  none: "var(--none)",
  a: "var(--a)",
  b: "var(--b)",
  prevented: "var(--prevented)",
  caused: "var(--caused)",
  guess: "var(--guess)",
  accent: "var(--accent)",
};
export const SVG = "http://www.w3.org/2000/svg";

// The value of a custom property now, for a canvas: "--ink" is "#1b1b1b" in the light scheme.
export const colourNow = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// An HTML element. Attributes that begin with "on" are event listeners; false, null and undefined are left out.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value; // an attribute would need an unsafe content policy
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

// An SVG element.
export function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function svgText(text, attributes) {
  const node = s("text", attributes);
  node.textContent = text;
  return node;
}

// A table that scrolls sideways where the screen is narrow.
export const scrollable = (label, table) =>
  h("div", { class: "moat-scroll", tabindex: "0", role: "region", "aria-label": label }, table);

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
export const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

let lastId = 0;
export const freshId = (name) => `moat-${name}-${(lastId += 1)}`;

export function saveFile(name, content, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 30000);
}
