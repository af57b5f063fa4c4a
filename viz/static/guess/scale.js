// What counts as an answer: the scale of openness, and a policy that stands, is restricted, and is reversed.
import { freshId, h, s } from "moat/base/dom.js";
import { yearOf } from "moat/base/format.js";
import { Drawing, Plot } from "moat/base/plot.js";

const CUT = 0.1; // a restriction lowers openness by this much
const MONTHS = 48;
const GAP = 8;
const shortly = (value) => (value >= 1 || value <= 0 ? String(value) : String(value).replace(/^0/, ""));

export function hatching(id) {
  return s("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { width: 2, height: 7, fill: "var(--muted)", opacity: 0.55 }));
}

export class OpennessScale {
  constructor() {
    this.drawing = new Drawing("Openness, from 0 closed to 1 default option. A short dip leaves a policy standing; six "
      + "months at least .10 lower restrict it; six months at or below extreme care reverse it.", 400,
      (width, height) => this.levels && this.#draw(width, height));
    this.restricted = h("span", {});
    this.reversed = h("span", {});
    this.node = h("div", { class: "moat-panel" },
      h("h3", {}, "What counts as an answer"),
      h("p", { class: "moat-note" }, "Openness: how freely new savings may go into crypto"),
      this.drawing.node,
      h("ul", { class: "moat-meanings" },
        h("li", {}, swatch("restricted"), this.restricted),
        h("li", {}, swatch("reversed"), this.reversed)));
  }

  // values: the parameters of the scenario, as texts.
  show(values) {
    const number = (name) => Number(values[name]);
    this.levels = { care: number("policy.before_theta"), neutral: number("policy.start_theta"),
      harbour: number("policy.friendly_theta") };
    this.takeover = number("institutions.term_months");
    const cut = shortly(Number((this.levels.harbour - CUT).toFixed(4)));
    this.restricted.replaceChildren(h("strong", {}, "Restricted: "), `openness at least .10 lower than at the takeover `
      + `(${cut} or less from ${shortly(this.levels.harbour)}), for six months in a row.`);
    this.reversed.replaceChildren(h("strong", {}, "Reversed: "),
      `openness at ${shortly(this.levels.care)} or below, the `
      + "level before the policy (extreme care), for six months in a row.");
    this.drawing.redraw();
  }

  #draw(width, height) {
    const { care, neutral, harbour } = this.levels;
    const plot = new Plot({ width, height, x: [0, 3], y: [0, 1], left: 118, right: 6, top: 16, bottom: 26 });
    const cut = harbour - CUT;
    const id = freshId("hatch");
    const area = (high, low, attributes) => s("rect", { x: plot.left, y: plot.y(high), width: plot.right - plot.left,
      height: plot.y(low) - plot.y(high), ...attributes });
    plot.under.append(s("defs", {}, hatching(id)));
    if (cut > care) plot.under.append(area(cut, care, { fill: `url(#${id})` }));
    plot.under.append(area(care, 0, { fill: "var(--muted)", opacity: 0.22 }));
    plot.yAxis([[1, "default option 1"], [harbour, `safe harbour ${shortly(harbour)}`],
      [neutral, `neutral ${shortly(neutral)}`], [care, `extreme care ${shortly(care)}`], [0, "closed 0"]],
    { size: 12 });
    const low = Math.max(care + 0.12, (care + cut) / 2);
    const shapes = [
      ["stands", "the dip is short", [[0, harbour], [18, low], [21, harbour]]],
      ["restricted", "stays lower", [[0, harbour], [18, low]]],
      ["reversed", `at ${shortly(care)} or less`, [[0, harbour], [24, 0]]],
    ];
    shapes.forEach(([name, about, steps], index) => this.#shape(plot, index, name, about, steps));
    return plot.node;
  }

  #shape(plot, index, name, about, steps) {
    const span = (plot.right - plot.left) / 3;
    const x = (month) => plot.left + span * index + GAP + (span - 2 * GAP) * month / MONTHS;
    const d = steps.map(([month, level], place) => (place ? `H${x(month)}V${plot.y(level)}`
      : `M${x(0)} ${plot.y(level)}`));
    const path = { d: `${d.join("")}H${x(MONTHS)}`, fill: "none" };
    plot.marks.append(s("path", { ...path, stroke: "var(--paper)", "stroke-width": 6 }),
      s("path", { ...path, stroke: "var(--ink)", "stroke-width": 2.5 }));
    const middle = x(MONTHS / 2);
    plot.labels.add(name, middle, plot.y(1) + 20, { anchor: "middle", weight: "bold", size: 13, must: true });
    plot.labels.add(about, middle, plot.y(1) + 36, { anchor: "middle", size: 12 });
    plot.labels.add(String(yearOf(this.takeover)), x(0), plot.height - 8,
      { size: 11, fill: "var(--muted)", halo: false });
    plot.labels.add(String(yearOf(this.takeover + MONTHS)), x(MONTHS), plot.height - 8, { size: 11, anchor: "end",
      fill: "var(--muted)", halo: false });
  }
}

// A small square with the filling that stands for an outcome on this panel.
function swatch(kind) {
  const id = freshId("hatch");
  const fill = kind === "restricted" ? { fill: `url(#${id})` } : { fill: "var(--muted)", "fill-opacity": 0.22 };
  return s("svg", { width: 20, height: 16, "aria-hidden": "true" }, s("defs", {}, hatching(id)),
    s("rect", { x: 0.5, y: 0.5, width: 19, height: 15, stroke: "var(--edge)", ...fill }));
}
