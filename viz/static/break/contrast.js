// The same model as a moat, as nothing and as a trapdoor: small multiples on equal axes.
import { h, s, svgText } from "moat/base/dom.js";
import { scale, ticks } from "moat/base/plot.js";
import { meaning, neededText, share, signed, toneOf } from "moat/break/words.js";

const WIDTH = 360;
const CURVE = { left: 34, right: 346, top: 10, bottom: 128, height: 152 };
const STRIP = { left: 16, right: 344, middle: 20, height: 52 };
const WIDEST = 0.6;
const SMALLEST_SPAN = 20;
const colour = (tone) => `var(--${tone})`;
const text = (content, x, y, attributes = {}) =>
  svgText(content, { x: x.toFixed(1), y: y.toFixed(1), "font-size": 12, fill: "var(--muted)", ...attributes });

// Highest level that every panel needs, in percent, and the widest interval.
function bounds(panels) {
  const high = Math.max(...panels.flatMap((panel) => panel.curve.map((point) => point.high)), 0.2);
  const own = panels.map(pairedOf).filter(Boolean);
  const span = Math.max(SMALLEST_SPAN, ...own.flatMap(({ low, high: top }) => [Math.abs(100 * low), Math.abs(100 * top)]));
  return { level: Math.min(100, 20 * Math.ceil(5 * high)), span: 10 * Math.ceil(span / 10) };
}

const pairedOf = (panel) => panel.paired.find((answer) => answer.breadth === panel.breadth);

function curve(panel, level) {
  const { left, right, top, bottom, height } = CURVE;
  const x = scale([0, WIDEST], [left + 8, right - 8]);
  const y = scale([0, level], [bottom, top]);
  const label = `${panel.title}: reversals of 100 takeovers against the share of voters exposed: `
    + panel.curve.map((point) => `${share(point.breadth)}: ${Math.round(100 * point.share)}`).join(", ");
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label });
  for (const tick of ticks(0, level, 3)) {
    svg.append(s("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), stroke: "var(--line)" }),
      text(String(tick), left - 6, y(tick) + 4, { "text-anchor": "end" }));
  }
  const { curve: points } = panel;
  if (points.length === 0) return svg;
  const at = (point, value) => `${x(point.breadth).toFixed(1)},${y(100 * value).toFixed(1)}`;
  const band = [...points.map((point) => at(point, point.high)), ...[...points].reverse().map((point) => at(point, point.low))];
  const zero = y(100 * points[0].share);
  const tone = colour(toneOf(pairedOf(panel) ?? { verdict: "inconclusive" }));
  const own = points.find((point) => point.breadth === panel.breadth);
  svg.append(
    s("polygon", { points: band.join(" "), fill: "var(--ink)", opacity: 0.12 }),
    s("line", { x1: left, x2: right, y1: zero, y2: zero, stroke: "var(--a)", "stroke-dasharray": "6 4", "stroke-width": 1.5 }),
    s("line", { x1: x(own.breadth), x2: x(own.breadth), y1: zero, y2: y(100 * own.share), stroke: tone, "stroke-width": 5 }),
    s("polyline", { points: points.map((point) => at(point, point.share)).join(" "), fill: "none", stroke: "var(--b)", "stroke-width": 2 }));
  for (const point of points) {
    svg.append(s("circle", { cx: x(point.breadth), cy: y(100 * point.share), r: 4, fill: "var(--b)" }),
      text(share(point.breadth), x(point.breadth), bottom + 18, { "text-anchor": "middle" }));
  }
  return svg;
}

function strip(answer, margin, span) {
  const { left, right, middle, height } = STRIP;
  const x = scale([-span, span], [left, right]);
  const tone = colour(toneOf(answer));
  const at = (value) => x(100 * value);
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img",
    "aria-label": `Paired difference ${signed(answer.difference)}, interval ${signed(answer.low)} to ${signed(answer.high)} of 100` });
  svg.append(
    s("rect", { x: at(-margin), width: at(margin) - at(-margin), y: middle - 13, height: 26, fill: "var(--faint)" }),
    s("line", { x1: left, x2: right, y1: middle, y2: middle, stroke: "var(--line)" }),
    s("line", { x1: x(0), x2: x(0), y1: middle - 15, y2: middle + 15, stroke: "var(--edge)" }),
    s("line", { x1: at(answer.low), x2: at(answer.high), y1: middle, y2: middle, stroke: tone, "stroke-width": 5, "stroke-linecap": "round" }),
    s("circle", { cx: at(answer.difference), cy: middle, r: 7, fill: tone, stroke: "var(--paper)", "stroke-width": 2 }));
  for (const tick of [-span, -span / 2, 0, span / 2, span]) {
    svg.append(text(signed(tick / 100), x(tick), middle + 30, { "text-anchor": "middle" }));
  }
  return svg;
}

export class Contrast {
  // onWatch(fields): play the worlds of a panel.
  constructor(onWatch) {
    this.onWatch = onWatch;
    this.cards = h("div", { class: "moat-panels" });
    this.status = h("p", { class: "moat-note", role: "status" }, "Computing a hundred pairs of each…");
    this.node = h("section", { "aria-label": "Moat, nothing and trapdoor" },
      h("p", { class: "moat-lead" }, "What has to be true for each? Reversals of 100 takeovers against voters exposed. The "
        + "dashed line is World A, where nobody is; the band is the 95% interval."),
      this.status, this.cards);
  }

  fail(problem) { this.status.textContent = problem; }

  // panels: [{name, title, sentence, curve, paired, breadth, done, fields, command}]
  show({ panels, margin, total }) {
    const done = Math.min(...panels.map((panel) => panel.done));
    this.status.textContent = done < total ? `${done} of ${total} pairs of each so far.` : "";
    const { level, span } = bounds(panels);
    const focused = document.activeElement?.dataset?.panel;
    this.cards.replaceChildren(...panels.map((panel) => this.#card(panel, margin, level, span)));
    if (focused) this.cards.querySelector(`[data-panel="${focused}"]`)?.focus();
  }

  #card(panel, margin, level, span) {
    const answer = pairedOf(panel);
    const percent = answer && `${Number((100 * answer.level).toFixed(2))}%`;
    return h("article", { class: "moat-card", "data-name": panel.name },
      h("div", { class: "moat-panel-head" },
        h("h2", {}, panel.title),
        answer ? h("strong", { class: `moat-tone-${toneOf(answer)}` }, meaning(answer)) : null),
      h("p", {}, panel.sentence),
      curve(panel, level),
      answer ? [
        h("p", { class: "moat-difference" }, h("strong", {}, `${signed(answer.difference)} of 100`),
          ` paired difference at ${share(panel.breadth)} (${percent} interval ${signed(answer.low)} to ${signed(answer.high)}): `
          + `prevented ${answer.prevented}, caused ${answer.caused}.`),
        strip(answer, margin, span),
        h("p", { class: "moat-note" }, neededText(answer, margin)),
      ] : null,
      h("button", { type: "button", "data-panel": panel.name, onclick: () => this.onWatch(panel.fields) },
        `Watch: ${panel.title.toLowerCase()}`));
  }
}
