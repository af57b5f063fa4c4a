// What all drawings share: scales, ticks, years, lines, and labels that neither overprint nor leave the frame.
// A drawing is a function of a width and a height in CSS pixels, so that the page and the exported picture use the same.
import { s, svgText } from "moat/base/dom.js";
import { yearOf } from "moat/base/format.js";

export const FONT = 'Roboto, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif';
const MONTHS_A_YEAR = 12;
const SMALLEST_GAP = 8;
const STEPS_OF_YEARS = [1, 2, 4, 5, 10, 20, 50];

let pen;
const widths = new Map();

// Width of a text in pixels.
export function textWidth(text, size = 12, weight = "normal") {
  const key = `${size} ${weight} ${text}`;
  if (!widths.has(key)) {
    pen ??= document.createElement("canvas").getContext("2d");
    pen.font = `${weight} ${size}px ${FONT}`;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}

// The first of several texts, longest first, that fits into a width; else an empty text. No text is cut mid-word.
export const fitting = (texts, width, size = 12, weight = "normal") =>
  texts.find((text) => textWidth(text, size, weight) <= width) ?? "";

// A linear map from [low, high] to [from, to]; a range of no width maps to the middle.
export function scale([low, high], [from, to]) {
  const span = high - low;
  return (value) => (span === 0 ? (from + to) / 2 : from + (to - from) * (value - low) / span);
}

// Round numbers between low and high, at most `most` of them.
export function ticks(low, high, most = 5) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power)
    .find((each) => Math.floor(high / each + 1e-9) - Math.ceil(low / each - 1e-9) + 1 <= most) ?? 10 * power;
  const values = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) {
    values.push(Number((n * step).toPrecision(12)));
  }
  return values;
}

// Digits after the point that distinguish ticks.
export function digitsOf(values) {
  const places = values.map((value) => (String(Number(value.toPrecision(12))).split(".")[1] ?? "").length);
  return Math.min(4, Math.max(0, ...places));
}

// Limits that hold all values and, by choice, zero; a flat series gets room on both sides.
export function limits(values, { zero = false, room = 0.05 } = {}) {
  const known = values.filter((value) => Number.isFinite(value));
  if (zero) known.push(0);
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const margin = room * (high - low) || 0.1 * Math.abs(high) || 0.5;
  return [zero && low === 0 ? 0 : low - margin, zero && high === 0 ? 0 : high + margin];
}

// Januaries of a film, so far apart that their labels do not touch: [{ month, label }].
function yearTicks(months, width, size = 11) {
  const years = months / MONTHS_A_YEAR;
  const least = textWidth("2025", size) + SMALLEST_GAP;
  const step = STEPS_OF_YEARS.find((each) => width * each / years >= least) ?? Math.ceil(years);
  const shown = [];
  for (let year = 0; year <= years; year += step) {
    const month = year * MONTHS_A_YEAR;
    shown.push({ month, label: String(yearOf(month)) });
  }
  return shown;
}

const touches = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// Labels of one drawing. Each is moved into the frame, then tried at its places until it touches no other.
export class Labels {
  constructor(frame) {
    this.frame = frame; // { left, right, top, bottom }
    this.boxes = [];
    this.node = s("g", { class: "moat-labels", "font-family": FONT });
  }

  // Labels and areas from here on are of one moment: `reset` removes them.
  keep() { this.kept = [this.boxes.length, this.node.childNodes.length]; }

  reset() {
    const [boxes, nodes] = this.kept ?? [0, 0];
    this.boxes.length = boxes;
    while (this.node.childNodes.length > nodes) this.node.lastChild.remove();
  }

  // An area that no label may cover, such as a mark.
  block(left, top, right, bottom) { this.boxes.push({ left, top, right, bottom }); }

  // tries: offsets [dx, dy] in the order of preference. must: draw at the first place even if it touches another.
  add(text, x, y, { size = 12, anchor = "start", weight = "normal", fill = "var(--ink)", halo = true,
    tries = [[0, 0]], must = false, ...attributes } = {}) {
    const width = textWidth(text, size, weight);
    const shift = { start: 0, middle: -width / 2, end: -width }[anchor];
    const places = tries.map(([dx, dy]) => this.#inside(x + dx + shift, y + dy, width, size));
    const free = places.find((box) => !this.boxes.some((other) => touches(box, other)));
    const box = free ?? (must ? places[0] : null);
    if (!box) return null;
    this.boxes.push(box);
    const outline = halo ? { stroke: "var(--paper)", "stroke-width": 3, "paint-order": "stroke",
      "stroke-linejoin": "round" } : {};
    // The anchor is kept, so that a text stays in place if another font is used than was measured.
    const node = svgText(text, { x: (box.left - shift).toFixed(1), y: (box.top + 0.8 * size).toFixed(1), "font-size": size,
      "text-anchor": anchor, fill,
      ...(weight === "normal" ? {} : { "font-weight": weight }), ...outline, ...attributes });
    this.node.append(node);
    return node;
  }

  // y is the baseline.
  #inside(left, y, width, size) {
    const { frame } = this;
    const x = Math.max(frame.left, Math.min(left, frame.right - width));
    const top = Math.max(frame.top, Math.min(y - 0.8 * size, frame.bottom - size));
    return { left: x, right: x + width, top, bottom: top + size };
  }
}

// A plot with axes. Margins are in pixels around the plot area.
export class Plot {
  constructor({ width, height, x, y, left = 40, right = 10, top = 10, bottom = 22 }) {
    Object.assign(this, { width, height, left, top, right: width - right, bottom: height - bottom });
    this.x = scale(x, [this.left, this.right]);
    this.y = scale(y, [this.bottom, this.top]);
    this.labels = new Labels({ left: 0, right: width, top: 0, bottom: height });
    this.under = s("g", {});
    this.marks = s("g", {});
    this.node = s("g", {}, this.under, this.marks, this.labels.node);
  }

  horizontal(value, attributes = {}) {
    const y = this.y(value).toFixed(1);
    return s("line", { x1: this.left, x2: this.right, y1: y, y2: y, stroke: "var(--line)", ...attributes });
  }

  vertical(value, attributes = {}) {
    const x = this.x(value).toFixed(1);
    return s("line", { x1: x, x2: x, y1: this.top, y2: this.bottom, stroke: "var(--line)", ...attributes });
  }

  // values: numbers, or [value, label] pairs.
  yAxis(values, { format, size = 11, grid = true } = {}) {
    const numbers = values.map((each) => (Array.isArray(each) ? each[0] : each));
    const digits = digitsOf(numbers);
    values.forEach((each, index) => {
      const text = Array.isArray(each) ? each[1] : (format ?? ((value) => value.toFixed(digits)))(each);
      if (grid) this.under.append(this.horizontal(numbers[index]));
      this.labels.add(text, this.left - 5, this.y(numbers[index]) + 0.35 * size, { size, anchor: "end", halo: false,
        fill: "var(--muted)", class: "moat-tick-label" });
    });
  }

  // values: [{ at, label }].
  xAxis(values, { size = 11 } = {}) {
    this.under.append(s("line", { x1: this.left, x2: this.right, y1: this.bottom, y2: this.bottom,
      stroke: "var(--faint)" }));
    for (const { at, label } of values) {
      const x = this.x(at);
      this.under.append(s("line", { x1: x, x2: x, y1: this.bottom, y2: this.bottom + 4, stroke: "var(--muted)" }));
      this.labels.add(label, x, this.bottom + 6 + size, { size, anchor: "middle", halo: false, fill: "var(--muted)",
        class: "moat-tick-label" });
    }
  }

  years(months) {
    const values = yearTicks(months, this.right - this.left).map(({ month, label }) => ({ at: month, label }));
    this.xAxis(values);
  }

  // A line through values; places[i] is the x of values[i]. Unknown values (null) interrupt it.
  line(values, places, attributes = {}) {
    let d = "";
    let open = false;
    values.forEach((value, index) => {
      if (!Number.isFinite(value)) open = false;
      else {
        d += `${open ? "L" : "M"}${this.x(places[index]).toFixed(1)} ${this.y(value).toFixed(1)}`;
        open = true;
      }
    });
    return s("path", { d, fill: "none", stroke: "var(--ink)", "stroke-width": 2, ...attributes });
  }

  // A staircase: values[i] holds from places[i] to places[i + 1].
  steps(values, places, attributes = {}) {
    let d = "";
    values.forEach((value, index) => {
      const [x, y] = [this.x(places[index]).toFixed(1), this.y(value).toFixed(1)];
      d += `${index ? `H${x}V${y}` : `M${x} ${y}`}H${this.x(places[index + 1]).toFixed(1)}`;
    });
    return s("path", { d, fill: "none", stroke: "var(--ink)", "stroke-width": 2.5, "stroke-linejoin": "round",
      ...attributes });
  }
}

// An SVG that fills the width of its place at a fixed height, and is drawn anew when the width changes.
export class Drawing {
  // draw(width, height): nodes, or none where there is nothing to draw yet. height: a number, or a function of the width.
  constructor(label, height, draw) {
    this.height = typeof height === "function" ? height : () => height;
    this.draw = draw;
    this.node = s("svg", { role: "img", "aria-label": label, class: "moat-drawing", width: "100%" });
    this.width = 0;
    new ResizeObserver(() => this.#fit()).observe(this.node);
    document.fonts.addEventListener("loadingdone", () => {
      widths.clear();
      this.redraw();
    });
  }

  set label(text) { this.node.setAttribute("aria-label", text); }

  #fit() {
    const width = Math.round(this.node.getBoundingClientRect().width);
    if (width === this.width || width === 0) return;
    this.width = width;
    this.redraw();
  }

  redraw() {
    if (this.width === 0) return this.#fit();
    const height = this.height(this.width);
    this.node.setAttribute("height", height);
    this.node.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.node.replaceChildren(...[this.draw(this.width, height) ?? []].flat(Infinity));
    return undefined;
  }
}
