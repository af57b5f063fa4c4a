// One world: its voters with the axes of age and ideology, the last election, and its ribbon.
import { clamp, h, reducedMotion, s } from "moat/base/dom.js";
import { percent, shortDate } from "moat/base/format.js";
import { Drawing, Plot } from "moat/base/plot.js";
import { lineSample } from "moat/watch/marks.js";
import { Ribbon, levelMargin } from "moat/watch/ribbon.js";
import { EDGE, Voters } from "moat/watch/voters.js";

const HIGHLIGHT_MONTHS = 3;
const AGES = [20, 40, 60, 80];
const YOUNGEST = 18;
const OLDEST = 95;
const NARROW = 300;
const RIBBON_HEIGHT = 148;

export class WorldPanel {
  constructor(index, onPick) {
    this.index = index;
    this.name = "AB"[index];
    this.exposure = h("span", { class: "moat-exposure" });
    this.heading = h("h3", {}, `World ${this.name} `, this.exposure);
    this.voters = new Voters(`World ${this.name}: every voter, ideology across, age up`, onPick);
    this.lastElection = h("p", { class: "moat-election", "aria-hidden": "true" });
    this.axes = new Drawing("", (width) => (width < NARROW ? 150 : clamp(Math.round(0.34 * width), 180, 300)),
      (width, height) => this.#drawAxes(width, height));
    this.axes.node.setAttribute("aria-hidden", "true");
    this.ribbon = new Ribbon([index], RIBBON_HEIGHT);
    this.node = h("section", { class: "moat-world", "aria-label": `World ${this.name}` },
      h("header", { class: "moat-world-head" }, this.heading, this.lastElection, lineSample(this.name)),
      h("div", { class: "moat-stage" }, this.axes.node, this.voters.canvas),
      h("p", { class: "moat-sides" }, h("span", { class: "moat-opponent" }, "◀ leans to the opposed party"),
        h("span", { class: "moat-author" }, "leans to the author party ▶")),
      this.ribbon.node);
  }

  build(film) {
    this.film = film;
    this.axes.redraw();
  }

  // The canvas covers the plot area, and EDGE pixels around it for the outermost voters.
  #drawAxes(width, height) {
    if (!this.film?.title) return [];
    const left = width < NARROW ? 22 : levelMargin(this.film.title);
    const plot = new Plot({ width, height, left, right: 16, top: 4 + EDGE, bottom: 2 + EDGE, x: [0, 1], y: [YOUNGEST, OLDEST] });
    plot.yAxis(AGES, { format: String });
    plot.labels.add("age", plot.left - 5, plot.top + 8, { size: 11, anchor: "end", fill: "var(--muted)", halo: false });
    const { style } = this.voters.canvas;
    style.left = `${plot.left - EDGE}px`;
    style.top = `${plot.top - EDGE}px`;
    style.width = `${plot.right - plot.left + 2 * EDGE}px`;
    style.height = `${plot.bottom - plot.top + 2 * EDGE}px`;
    return [plot.node, s("title", {})];
  }

  show(film, time, ringed) {
    const world = film.worlds[this.index];
    this.voters.draw(world.places, film.snapshotAt(world, Math.floor(time)).data, ringed);
    const holders = world.series.exposure[film.monthAt(time)];
    this.exposure.replaceChildren(holders > 0 ? `${percent(holders)} hold` : "nobody holds",
      h("span", { class: "moat-wide" }, " crypto"));
    const election = film.electionAt(world, time);
    this.lastElection.replaceChildren(...(election ? [h("span", { class: "moat-wide" }, `${shortDate(election.month)}: `),
      `author party ${percent(election.share, 1)}`] : []));
    const recent = Boolean(election) && time - election.month < HIGHLIGHT_MONTHS;
    this.lastElection.classList.toggle("moat-highlighted", recent && !reducedMotion());
  }
}

// The key of voters and drawings.
export function key() {
  const swatch = (...nodes) => s("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, ...nodes);
  const square = (fill, size) => s("rect", { x: -size, y: -size, width: 2 * size, height: 2 * size, fill });
  const cross = (stroke, size) => s("path", { d: `M${-size} 0h${2 * size}M0 ${-size}v${2 * size}`, stroke, "stroke-width": 2 });
  const line = (attributes) => swatch(s("line", { x1: 0, x2: 0, y1: -7, y2: 7, ...attributes }));
  const entry = (mark, text, name = "") => h("span", { class: name }, mark, text);
  const ring = swatch(s("circle", { r: 5, fill: "none", stroke: "var(--ink)", "stroke-width": 1.5 }));
  return h("p", { class: "moat-legend" },
    entry(swatch(square("var(--author-light)", 3.5)), "author party", "moat-key-voter"),
    entry(swatch(cross("var(--opponent-light)", 4)), "opposed party", "moat-key-voter"),
    entry(swatch(square("var(--none)", 1)), "did not vote"),
    entry(swatch(square("var(--author)", 3.5)), "stronger colour: holds crypto", "moat-key-b"),
    entry(swatch(square("var(--author)", 5)), "larger: threatened stake"),
    entry(ring, "voted differently in A and B", "moat-key-voter"),
    entry(lineSample("B"), "World B", "moat-key-b"),
    entry(lineSample("A"), "World A", "moat-key-b"),
    entry(line({ stroke: "var(--muted)", "stroke-dasharray": "1 3", "stroke-width": 1.5 }), "election"),
    entry(line({ stroke: "var(--caused)", "stroke-width": 2 }), "crash", "moat-key-crash"),
    entry("✕ ", "back to extreme care: reversed"),
    entry("▨ ", "deterred by the next election"));
}

// The key on a narrow screen, between the voters and the ribbon.
export function shortKey() {
  return h("p", { class: "moat-short-key" },
    h("span", { class: "moat-opponent" }, "✚ opposed"), h("span", {}, "◯ voted differently in A and B"),
    h("span", { class: "moat-author" }, "author ■"));
}
