// Line charts of step 2, World B solid and World A dashed, drawn up to the month shown.
import { h, s } from "moat/base/dom.js";
import { dateOf, fixed } from "moat/base/format.js";
import { Drawing, Plot, digitsOf, limits, textWidth, ticks } from "moat/base/plot.js";
import { STROKES, crashLines, electionLines } from "moat/watch/marks.js";

const LABEL_SIZE = 12;
const NAME_WIDTH = 52; // right of the plot, for the values at the last month
const minus = (text) => (Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−"));
const plain = (digits) => (value) => minus(fixed(value, digits));
const signed = (digits) => (value) => `${Number(fixed(value, digits)) > 0 ? "+" : ""}${plain(digits)(value)}`;
const inPercent = (value) => fixed(100 * value, 0);

// keys: series of the film, the first that it has is drawn.
const CHARTS = [
  { keys: ["reelection"], title: "Chance of re-election if it closes", short: "Re-election", unit: "%", scale: 100, format: inPercent,
    note: "Asked each quarter, while closing is an option." },
  { keys: ["polled_cost"], title: "Votes lost by reversing, polled", short: "Votes lost", unit: "points", zero: true,
    format: plain(1), note: "By the poll of the government, each quarter." },
  { keys: ["cost"], title: "Votes lost by a ban, all voters asked", short: "Votes lost", unit: "points", zero: true,
    format: plain(1), unless: "polled_cost" },
  { keys: ["holder_shift"], title: "Vote shift of holders", short: "Vote shift", unit: "points to author", zero: true,
    format: signed(1), note: "By the issue, against partisanship alone; the same voters in A and B." },
  { keys: ["price"], title: "Price of crypto", short: "Price", unit: "January 2025 = 1", format: plain(1), origin: true },
];

const has = (film, key) => film.worlds.some((world) => world.series[key]?.some((value) => Number.isFinite(value)));

class Chart {
  constructor(spec, height) {
    this.spec = spec;
    this.drawing = new Drawing("", height, (width, tall) => this.#draw(width, tall));
    this.note = h("p", { class: "moat-chart-note" });
    this.node = h("figure", { class: "moat-chart" },
      h("figcaption", {}, h("strong", {}, spec.title), h("span", {}, spec.unit)),
      this.drawing.node,
      this.note);
  }

  build(film, note) {
    this.film = film;
    const key = this.spec.keys.find((each) => has(film, each));
    this.data = film.worlds.map((world) => world.series[key] ?? []);
    this.note.textContent = note;
    this.drawing.redraw();
  }

  picture(width, height) {
    const { plot, moment } = this;
    const node = this.#draw(width, height);
    Object.assign(this, { plot, moment });
    return node;
  }

  #draw(width, height) {
    const { film, spec } = this;
    if (!film?.title) return [];
    const { months, elections, takeover, crashes } = film.title;
    const everything = this.data.flat();
    let [low, high] = limits(everything, { zero: spec.zero, room: 0.12 });
    if (spec.origin) low = 0;
    const marks = ticks(low, high, 4);
    [low, high] = [Math.min(low, marks[0]), Math.max(high, marks.at(-1))];
    const digits = digitsOf(marks.map((value) => value * (spec.scale ?? 1)));
    const labels = marks.map((value) => [value, minus((value * (spec.scale ?? 1)).toFixed(digits))]);
    const left = Math.ceil(Math.max(...labels.map(([, label]) => textWidth(label, 11)))) + 9;
    const plot = new Plot({ width, height, left, right: NAME_WIDTH, top: 8, bottom: 22, x: [0, months], y: [low, high] });
    const unknown = Math.min(...this.data.map((values) => values.findIndex((value) => Number.isFinite(value))));
    if (unknown > 0) this.#unknown(plot, unknown, takeover);
    plot.yAxis(labels);
    plot.years(months);
    plot.under.append(electionLines(plot, elections), crashLines(plot, crashes));
    plot.labels.frame = { left: plot.left + 2, right: width, top: 0, bottom: plot.bottom - 1 };
    plot.labels.keep();
    this.plot = plot;
    this.moment = s("g", {});
    plot.marks.append(this.moment);
    this.show(this.shown ?? 0);
    return plot.node;
  }

  #unknown(plot, month, takeover) {
    const end = plot.x(month);
    plot.under.append(s("rect", { x: plot.left, y: plot.top, width: end - plot.left, height: plot.bottom - plot.top,
      fill: "var(--line)", opacity: 0.45 }));
    if (month < takeover) return;
    const texts = ["not yet in office", "not yet"];
    const text = texts.find((each) => textWidth(each, 11) < end - plot.left - 8);
    if (text) {
      plot.labels.add(text, (plot.left + end) / 2, (plot.top + plot.bottom) / 2, { size: 11, anchor: "middle",
        fill: "var(--muted)", halo: false });
    }
  }

  show(month) {
    this.shown = month;
    const { film, plot, moment, spec } = this;
    if (!plot || !film.loaded) return;
    moment.replaceChildren();
    plot.labels.reset();
    const last = Math.min(month, film.loaded - 1);
    const now = this.data.map((values) => values[last]);
    // A series that has ended keeps its last value, at its last month.
    const ends = this.data.map((values) => values.slice(0, last + 1).findLastIndex((value) => Number.isFinite(value)));
    const places = Array.from({ length: last + 1 }, (_, index) => index + 0.5);
    for (const index of [1, 0]) {
      moment.append(plot.line(this.data[index].slice(0, last + 1), places, STROKES["AB"[index]]));
    }
    for (const values of this.data) {
      for (let each = 0; each <= last; each += 1) {
        if (!Number.isFinite(values[each])) continue;
        const [x, y] = [plot.x(each + 0.5), plot.y(values[each])];
        plot.labels.block(x - 2, y - 2, x + 2, y + 2);
      }
    }
    const known = [1, 0].filter((index) => ends[index] >= 0);
    const latest = this.data.map((values, index) => values[ends[index]]);
    const equal = known.length === 2 && ends[0] === ends[1] && spec.format(latest[0]) === spec.format(latest[1]);
    for (const index of known) this.#mark(index, ends[index], latest, equal);
    const values = ["A", "B"].map((name, index) => `${name} ${Number.isFinite(now[index]) ? spec.format(now[index]) : "not known"}`);
    this.drawing.label = `${spec.title}, ${spec.unit}, ${dateOf(last)}: ${values.join(", ")}. World A dashed, World B solid.`;
  }

  #mark(index, last, now, equal) {
    const { plot, moment, spec } = this;
    const [x, y] = [plot.x(last + 0.5), plot.y(now[index])];
    const name = "AB"[index];
    moment.append(s("circle", { cx: x, cy: y, r: 3, fill: STROKES[name].stroke }));
    if (equal && index === 0) return;
    const above = now[index] >= (now[1 - index] ?? -Infinity);
    const tries = [0, 13, 26, -13, -26, 39, 52].map((down) => [8, above ? 4 - down : 4 + down]);
    plot.labels.add(`${equal ? "A, B" : name} ${spec.format(now[index])}`, x, y, { size: LABEL_SIZE, weight: 600,
      fill: STROKES[name].stroke, tries, must: true });
  }
}

// All charts that a film has data for. On a narrow screen chips choose the one that is shown.
export class Charts {
  constructor(height) {
    this.height = height;
    this.all = new Map();
    this.charts = [];
    this.chips = h("div", { class: "moat-chips", role: "group", "aria-label": "Chart" });
    this.row = h("div", { class: "moat-charts" });
    this.node = h("div", {}, this.chips, this.row);
    this.chosen = "";
  }

  // priceNote: why the prices of A and B differ, or that they do not.
  build(film, priceNote) {
    const specs = CHARTS.filter((spec) => spec.keys.some((key) => has(film, key)) && !(spec.unless && has(film, spec.unless)));
    this.charts = specs.map((spec) => {
      if (!this.all.has(spec)) this.all.set(spec, new Chart(spec, this.height));
      return this.all.get(spec);
    });
    const nodes = this.charts.map((chart) => chart.node);
    if (nodes.length !== this.row.childNodes.length || nodes.some((node, index) => node !== this.row.childNodes[index])) {
      this.row.replaceChildren(...nodes);
      this.chips.replaceChildren(...specs.map((spec) => h("button", { type: "button", onclick: () => this.#choose(spec.short) },
        spec.short)));
    }
    for (const chart of this.charts) chart.build(film, chart.spec.note ?? (chart.spec.keys.includes("price") ? priceNote : ""));
    this.#mark();
  }

  #choose(short) {
    this.chosen = short;
    this.#mark();
  }

  // The first chart is shown until a visitor chooses one, or if the film lacks her choice.
  #mark() {
    const names = this.charts.map((chart) => chart.spec.short);
    const short = names.includes(this.chosen) ? this.chosen : names[0];
    this.charts.forEach((chart, index) => {
      chart.node.classList.toggle("moat-chosen-chart", chart.spec.short === short);
      this.chips.children[index].setAttribute("aria-pressed", String(chart.spec.short === short));
    });
  }

  show(month) { for (const chart of this.charts) chart.show(month); }
}
