// Words, dates, colours and small helpers. The files of this folder are joined in the order of their names.
const COLOURS = {
  author: "#D55E00", authorLight: "#E69F00", opponent: "#0072B2", opponentLight: "#56B4E9",
  a: "#5a5a5a", b: "#007a5a", ink: "#1b1b1b", faint: "#c9c9c9", none: "#b4b4b4",
};
const PARTY = { author: "Author party", opponent: "Opposed party" };
const ROLE = { 1: "author", 2: "opponent" };
const SVG = "http://www.w3.org/2000/svg";
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];
const NUMBERS = ["never", "once", "twice", "three times", "four times", "five times", "six times"];

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined));
  return node;
}

function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const dateOf = (month) => `${MONTHS[month % 12]} ${2025 + Math.floor(month / 12)}`;
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}%`;
const times = (count) => NUMBERS[count] ?? `${count} times`;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let lastId = 0;
const freshId = (word) => `moat-${word}-${(lastId += 1)}`;

function save(name, content, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 30000);
}
