// A hundred replicates: paired outcomes by depth, and P(back to extreme care) against exposure.
import { COLOURS, h, s, svgText } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";

const STATUS = { reversed: "back to extreme care", restricted: "restricted", kept: "in force" };
// Named depths, shallowest first, and how the answer names them.
const DEPTHS = [["restricted", "restricted"], ["neutral", "back to neutral"], ["reversed", "back to extreme care"],
  ["prohibited", "prohibited"]];
const armsOf = (row, breadth) => [row.arms[0], row.arms.find((arm) => arm.breadth === breadth) ?? row.arms.at(-1)];
const statusOf = (arm) => (arm.reversed ? "reversed" : arm.restricted ? "restricted" : "kept");

// Plot area of the curve, in units of its viewBox.
const PLOT_LEFT = 44;
const PLOT_RIGHT = 404;
const PLOT_BOTTOM = 220;
const PLOT_HEIGHT = 200;
const WIDEST_BREADTH = 0.6;

export class Replicates {
  // onRun(): compute the replicates; onPlay(replicate): play one of them.
  constructor(onRun, onPlay) {
    this.onPlay = onPlay;
    this.rows = [];
    this.button = h("button", { type: "button", class: "moat-primary", onclick: onRun }, "Run 100 replicates");
    this.answer = h("p", { class: "moat-answer", role: "status" });
    this.strips = h("div", { class: "moat-strips", role: "group", "aria-label": "100 replicates" });
    this.svg = s("svg", {
      viewBox: "0 0 420 260",
      class: "moat-curve",
      role: "img",
      "aria-label": "Probability of a return to extreme care against exposure, with 95% intervals",
    });
    this.figure = h("figure", { hidden: true },
      h("figcaption", {}, "Probability of a return to extreme care against the share of voters exposed, with "
        + "95% intervals. Diamond: this scenario. Dashed line: your guess."),
      this.svg);
    this.key = h("p", { class: "moat-note", hidden: true }, "Each strip is one replicate: upper half World A, lower "
      + "half World B. Dark: back to extreme care. Striped: restricted, but less. White: in "
      + "force. Press a strip to play it above.");
    this.node = h("section", { class: "moat-replicates", "aria-label": "Is this result typical?" },
      h("h2", {}, "Is this result typical?"),
      h("p", { class: "moat-note" }, "The film above is one replicate. Each replicate has its own random draws, which "
        + "both worlds share."),
      this.button,
      this.answer,
      this.key,
      h("div", { class: "moat-two" }, this.strips, this.figure));
  }

  reset(possible) {
    this.rows = [];
    this.button.disabled = !possible;
    this.answer.textContent = possible ? ""
      : "A long history has no takeover to compare. Choose another preset to run 100 replicates.";
    this.strips.replaceChildren();
    this.figure.hidden = true;
    this.key.hidden = true;
  }

  wait(place) {
    this.answer.textContent = place > 0 ? `Requests ahead of yours: ${place}.` : "Computing replicates…";
  }

  fail(text) {
    this.answer.textContent = text;
    this.button.disabled = false;
  }

  // rows: [{replicate, arms}] in the order of their numbers; curve: a point for each breadth.
  show({ rows, curve, breadth, total }, guess) {
    this.rows = rows;
    this.strips.replaceChildren(...rows.map((row) => this.#strip(row, breadth)));
    this.key.hidden = false;
    this.figure.hidden = false;
    if (rows.length < total) this.answer.textContent = `${rows.length} of ${total} replicates so far.`;
    else {
      this.answer.textContent = this.#summary(curve, breadth, total, guess);
      this.button.disabled = true;
    }
    this.#drawCurve(curve, breadth, guess);
  }

  #summary(curve, breadth, total, guess) {
    const own = curve.find((point) => point.breadth === breadth);
    const count = (point) => Math.round(point.share * point.n);
    const interval = (point) => `(95% interval ${percent(point.low)} to ${percent(point.high)})`;
    return `World A: ${count(curve[0])} of ${total} back to extreme care ${interval(curve[0])}. World B, `
      + `${percent(breadth)} exposed: ${count(own)} of ${total} ${interval(own)}. Your guess: ${guess}. `
      + this.#depths(breadth);
  }

  // How deep the falls are: an effect on deep falls need not be an effect on whether policy is restricted at all.
  #depths(breadth) {
    const counts = DEPTHS.map(([name, label]) => {
      const [a, b] = [0, 1].map((place) => this.rows.filter((row) => armsOf(row, breadth)[place][name]).length);
      return `${label} ${a} and ${b}`;
    });
    return `By depth of the fall, World A and World B: ${counts.join("; ")}.`;
  }

  #strip(row, breadth) {
    const [unexposed, exposed] = armsOf(row, breadth);
    const [a, b] = [statusOf(unexposed), statusOf(exposed)];
    return h("button", {
      type: "button",
      class: "moat-strip",
      "aria-label": `Replicate ${row.replicate}: World A ${STATUS[a]}, World B ${STATUS[b]}`,
      onclick: () => this.onPlay(row.replicate),
    }, h("i", { class: `moat-${a}` }), h("i", { class: `moat-${b}` }));
  }

  #drawCurve(points, breadth, guess) {
    const x = (value) => PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * value / Math.max(WIDEST_BREADTH, points.at(-1).breadth);
    const y = (value) => PLOT_BOTTOM - PLOT_HEIGHT * value;
    const horizontal = (value, attributes) => s("line", { x1: PLOT_LEFT, x2: PLOT_RIGHT, y1: y(value), y2: y(value),
      ...attributes });
    const label = { "font-size": 12, fill: COLOURS.muted };
    const corners = [
      ...points.map((point) => `${x(point.breadth)},${y(point.high)}`),
      ...[...points].reverse().map((point) => `${x(point.breadth)},${y(point.low)}`),
    ];
    this.svg.replaceChildren(s("polygon", { points: corners.join(" "), fill: COLOURS.b, opacity: 0.18 }));
    for (const level of [0, 0.25, 0.5, 0.75, 1]) {
      this.svg.append(horizontal(level, { stroke: COLOURS.line }),
        svgText(level.toFixed(2), { x: PLOT_LEFT - 6, y: y(level) + 4, "text-anchor": "end", ...label }));
    }
    const line = points.map((point) => `${x(point.breadth)},${y(point.share)}`).join(" ");
    this.svg.append(horizontal(guess / 100, { stroke: COLOURS.muted, "stroke-dasharray": "5 4" }),
      s("polyline", { points: line, fill: "none", stroke: COLOURS.b, "stroke-width": 2.5 }));
    for (const point of points) {
      const [cx, cy] = [x(point.breadth), y(point.share)];
      const mark = point.breadth === breadth
        ? s("path", { d: `M${cx} ${cy - 8}l8 8l-8 8l-8 -8z`, fill: COLOURS.paper, stroke: COLOURS.ink, "stroke-width": 2.5 })
        : s("circle", { cx, cy, r: 4, fill: COLOURS.b });
      this.svg.append(mark,
        svgText(percent(point.breadth), { x: cx, y: PLOT_BOTTOM + 20, "text-anchor": "middle", ...label }));
    }
  }
}
