// Colours, names, dates and helpers that build HTML and SVG elements.
export const COLOURS = {
  author: "#D55E00",
  authorLight: "#E69F00",
  opponent: "#0072B2",
  opponentLight: "#56B4E9",
  a: "#5a5a5a",
  b: "#007a5a",
  ink: "#1b1b1b",
  faint: "#c9c9c9",
  none: "#b4b4b4",
};
export const QUESTION = "Does retirement exposure lock in crypto policy?";
export const DISCLAIMER = "A laboratory, not a forecast and not advice.";
export const PARTY = { author: "Author party", opponent: "Opposed party" };
// The series `office` holds 1 or 2.
export const ROLE = { 1: "author", 2: "opponent" };
export const SVG = "http://www.w3.org/2000/svg";
const FIRST_YEAR = 2025;
const MONTH_NAMES = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
];
const COUNTS = ["never", "once", "twice", "three times", "four times", "five times", "six times"];

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

export const yearOf = (month) => FIRST_YEAR + Math.floor(month / 12);
export const dateOf = (month) => `${MONTH_NAMES[month % 12]} ${yearOf(month)}`;
// The last month that is complete at a point in time, counted from 0.
export const lastMonth = (time) => Math.max(0, Math.floor(time) - 1);
export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}%`;
export const times = (count) => COUNTS[count] ?? `${count} times`;
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
