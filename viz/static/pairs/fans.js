// The fans: openness, chance of re-election and price of the hundred pairs, World A beside World B, this film on top.
import { h, s } from "moat/base/dom.js";
import { Drawing, Plot, limits, ticks } from "moat/base/plot.js";
import { bytesOf, inflate } from "moat/base/bytes.js";
import { yearOf } from "moat/base/format.js";

const UNKNOWN = 255;
const GAP = 18;
const HEIGHT = 210;
const percents = (value) => String(Math.round(100 * value));
// fromTakeover: the series is drawn from the takeover on; every: months between two values.
const FANS = [
  { name: "openness", title: "Openness", unit: "0 closed, 1 default option", range: [0, 1], fromTakeover: true,
    steps: true, format: (value) => String(value) },
  { name: "closing", title: "Chance of re-election if it closes", unit: "%, by the government's poll", range: [0, 1],
    fromTakeover: true, every: 3, format: percents },
  { name: "price", title: "Price of crypto", unit: "January 2025 = 1, ratio scale", log: true,
    format: (value) => String(value) },
];

// The values of a fan: [world][row] is an array with a value for each month, null where it is unknown.
function readFans({ scales, steps, replicates, months }, bytes) {
  return Object.fromEntries(scales.map(({ name, low, high, log }, place) => {
    const value = (byte) => (byte === UNKNOWN ? null : log ? low * (high / low) ** (byte / steps)
      : low + (high - low) * byte / steps);
    const worlds = [0, 1].map((world) => replicates.map((_, row) => {
      const first = ((world * scales.length + place) * replicates.length + row) * months;
      return Array.from(bytes.subarray(first, first + months), value);
    }));
    return [name, worlds];
  }));
}

export class Fans {
  constructor() {
    this.drawings = FANS.map((fan) => new Drawing(`${fan.title} of a hundred pairs, World A and World B`, HEIGHT,
      (width, height) => this.values && this.#draw(fan, width, height)));
    this.about = h("p", { class: "moat-note" });
    this.node = h("div", { class: "moat-fans", hidden: true }, FANS.map((fan, index) => h("figure", {},
      h("figcaption", {}, h("strong", {}, fan.title), h("span", { class: "moat-note" }, fan.unit)),
      this.drawings[index].node)));
  }

  clear() {
    this.values = null;
    this.node.hidden = true;
    this.about.textContent = "";
  }

  async show(content, buffer) {
    const bytes = await inflate(bytesOf(buffer));
    this.content = content;
    this.values = readFans(content, bytes);
    this.node.hidden = false;
    this.mark(this.current);
  }

  mark(replicate) {
    this.current = replicate;
    if (!this.values) return;
    const known = this.content.replicates.includes(replicate);
    this.about.textContent = known ? `Thin: each of the hundred. Thick: pair ${replicate}, the film; A dashed, B solid.`
      : "Each line is one of the hundred.";
    for (const drawing of this.drawings) drawing.redraw();
  }

  #draw(fan, width, height) {
    const first = fan.fromTakeover ? this.content.takeover : 0;
    const last = this.content.months;
    const left = 34;
    const panel = (width - left - GAP - 6) / 2;
    const shown = (values) => (fan.log ? values.map((value) => Math.log10(value)) : values);
    const worlds = this.values[fan.name].map((rows) => rows.map((row) => shown(row.slice(first, last))));
    const range = fan.range ?? this.#within(worlds);
    return worlds.map((rows, index) => {
      const start = left + index * (panel + GAP);
      const plot = new Plot({ width: start + panel + 6, height, x: [first, last], y: range, left: start, right: 6,
        top: 26, bottom: 22 });
      this.#axes(plot, fan, range, index, first, last);
      this.#lines(plot, fan, rows, index, first);
      plot.labels.add(`World ${"AB"[index]}`, start, 14, { weight: "bold", size: 12, halo: false });
      return plot.node;
    });
  }

  // Limits that hold every line of both worlds.
  #within(worlds) {
    const rows = worlds.flat();
    return limits([Math.min(...rows.map((row) => Math.min(...row))), Math.max(...rows.map((row) => Math.max(...row)))],
      { room: 0.02 });
  }

  #axes(plot, fan, range, index, first, last) {
    const values = fan.log ? powers(range) : ticks(...range, 5);
    for (const value of values) plot.under.append(plot.horizontal(value));
    if (index === 0) plot.yAxis(values.map((value) => [value,
      fan.format(fan.log ? Number((10 ** value).toPrecision(2)) : value)]), { grid: false });
    plot.xAxis([]);
    plot.labels.add(String(yearOf(first)), plot.left, plot.bottom + 15,
      { size: 11, fill: "var(--muted)", halo: false });
    plot.labels.add(String(yearOf(last)), plot.right, plot.bottom + 15,
      { size: 11, fill: "var(--muted)", halo: false, anchor: "end" });
  }

  #lines(plot, fan, rows, index, first) {
    const at = (place) => first + place;
    const every = fan.every ?? 1;
    const path = (row, attributes) => {
      if (fan.steps) return plot.steps(row, [...row.keys(), row.length].map(at), attributes);
      const places = [...row.keys()].filter((place) => place % every === 0);
      return plot.line(places.map((place) => row[place]), places.map(at), attributes);
    };
    plot.marks.append(...rows.map((row) => path(row, { stroke: "var(--muted)", "stroke-width": 1, opacity: 0.22 })));
    const own = this.content.replicates.indexOf(this.current);
    if (own < 0) return;
    plot.marks.append(path(rows[own], { stroke: "var(--paper)", "stroke-width": 5 }),
      path(rows[own], { stroke: "var(--ink)", "stroke-width": 2.2, class: "moat-this-film",
        ...(index === 0 ? { "stroke-dasharray": "6 4" } : {}) }));
  }
}

// Logarithms of powers of ten, and of numbers between them if these are few, within a range of logarithms.
function powers([low, high]) {
  const all = [];
  for (let power = Math.ceil(low); power <= Math.floor(high); power += 1) all.push(power);
  if (all.length >= 2) return all;
  const between = [0.5, 2, 5].map(Math.log10).filter((value) => value >= low && value <= high);
  return [...all, ...between].sort((a, b) => a - b);
}
