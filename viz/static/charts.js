// Policy ribbons and line charts: drawn once for the months that have arrived, then uncovered as the film plays.
import { COLOURS, PARTY, ROLE, freshId, h, percent, s } from "./dom.js";

const RIBBON_WIDTH = 1000;
const RIBBON_HEIGHT = 96;
const CHART_WIDTH = 400;
const CHART_HEIGHT = 110;
const REVERSAL_INK = "#b3003c";
const FIXED_STROKE = { "vector-effect": "non-scaling-stroke" };

// A group of an SVG of which only a share of the width is visible.
function uncoverable(svg, width, height) {
  const id = freshId("clip");
  const rect = s("rect", { x: 0, y: -20, width: 0, height: height + 40 });
  const group = s("g", { "clip-path": `url(#${id})` });
  svg.append(s("defs", {}, s("clipPath", { id }, rect)), group);
  return { group, uncover: (share) => rect.setAttribute("width", String(share * width)) };
}

// Stretches of months with the same party in office: [first month, month after the last, role].
function terms(office) {
  const spans = [];
  for (let from = 0; from < office.length;) {
    let to = from;
    while (to < office.length && office[to] === office[from]) to += 1;
    spans.push([from, to, ROLE[office[from]]]);
    from = to;
  }
  return spans;
}

export class Ribbon {
  constructor(name) {
    this.svg = s("svg", {
      viewBox: `0 0 ${RIBBON_WIDTH} ${RIBBON_HEIGHT}`,
      class: "moat-ribbon",
      role: "img",
      preserveAspectRatio: "none",
      "aria-label": `World ${name}: party in office, policy line, returns to extreme care`,
    });
    this.labels = h("div", { class: "moat-terms", "aria-hidden": "true" });
  }

  build(film, world) {
    const { months, before } = film.title;
    const x = (month) => RIBBON_WIDTH * month / months;
    const y = (openness) => 88 - 54 * openness;
    this.svg.replaceChildren();
    this.labels.replaceChildren();
    const hatch = freshId("hatch");
    this.svg.append(s("defs", {}, s("pattern",
      { id: hatch, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 8, height: 8, fill: "#fff" }), s("rect", { width: 3, height: 8, fill: COLOURS.ink }))));
    const { group, uncover } = uncoverable(this.svg, RIBBON_WIDTH, RIBBON_HEIGHT);
    for (const level of [0, before, 1]) {
      group.append(s("line", { x1: 0, x2: RIBBON_WIDTH, y1: y(level), y2: y(level), stroke: COLOURS.faint,
        "stroke-dasharray": level === before ? "4 4" : "none" }));
    }
    this.spans = terms(world.series.office).map(([from, to, role]) => {
      group.append(s("rect", { x: x(from), y: 2, width: x(to) - x(from) - 1, height: 20, fill: COLOURS[role] }));
      const share = (to - from) / months;
      const label = share > 0.2 ? PARTY[role] : share > 0.05 ? PARTY[role][0] : "";
      return [from, h("span", { style: `left:${100 * from / months}%;width:${100 * share}%` }, label)];
    });
    for (const decision of world.decisions.filter((each) => each.deterred)) {
      group.append(s("rect", { x: x(decision.month), y: 22, width: Math.max(8, x(3)), height: 12,
        fill: `url(#${hatch})` }));
    }
    const policy = world.series.openness;
    const steps = policy.map((value, month) => (month ? `H${x(month)}V${y(value)}` : `M0 ${y(value)}`));
    group.append(s("path", { d: `${steps.join("")}H${x(policy.length)}`, fill: "none", stroke: COLOURS.ink,
      "stroke-width": 2.5, ...FIXED_STROKE }));
    for (const month of world.reversals) {
      group.append(s("path", { d: `M${x(month) - 9} ${y(policy[month]) - 15}l18 18m0 -18l-18 18`,
        stroke: REVERSAL_INK, "stroke-width": 3.5, class: "moat-cross", ...FIXED_STROKE }));
    }
    this.labels.append(...this.spans.map(([, span]) => span));
    this.uncover = (share) => {
      uncover(share);
      for (const [from, span] of this.spans) span.hidden = from >= share * months;
    };
  }
}

const wholePercent = (value) => percent(value);
const twoDigits = (value) => value.toFixed(2);
const UP_TO_ONE = () => 1;

export const CHARTS = [
  { key: "exposure", title: "Voters holding crypto", format: wholePercent, top: UP_TO_ONE, ages: true },
  { key: "openness", title: "Openness, 0 closed to 1 default", format: twoDigits, top: UP_TO_ONE },
  { key: "cost", title: "Vote cost of prohibition, points", format: twoDigits },
  { key: "distance", title: "Gap between party positions", format: twoDigits, top: UP_TO_ONE },
  { key: "price", title: "Price, 2025 = 1", format: twoDigits },
  { key: "reversals", title: "Returns to extreme care", format: String, top: (most) => Math.max(1, most) },
];

export class Chart {
  // spec: an entry of CHARTS; `top` maps the largest value to the end of the axis.
  constructor(spec) {
    this.spec = spec;
    this.values = h("span", { class: "moat-now" });
    this.title = h("span", {}, spec.title);
    this.svg = s("svg", {
      viewBox: `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`,
      role: "img",
      "aria-label": `${spec.title}; World A dashed grey, World B solid green`,
      preserveAspectRatio: "none",
    });
    this.node = h("figure", { class: "moat-chart" }, h("figcaption", {}, this.title, this.values), this.svg);
  }

  #seriesOf(film, world) {
    if (this.spec.key !== "reversals") return world.series[this.spec.key] ?? [];
    return (world.series.openness ?? []).map((_, month) => film.reversalsBy(world, month));
  }

  build(film) {
    const { months, takeover, presidential, bands, prices_equal: pricesEqual } = film.title;
    this.data = film.worlds.map((world) => this.#seriesOf(film, world));
    if (this.spec.key === "price") {
      this.title.textContent = pricesEqual ? "Price, 2025 = 1 (equal by construction)"
        : "Price, 2025 = 1 (flows move it)";
    }
    const everything = this.data.flat();
    const most = Math.max(0, ...everything);
    const least = Math.min(0, ...everything);
    const high = this.spec.top ? this.spec.top(most) : (most || 1) * 1.08;
    const low = least * 1.1;
    const x = (month) => CHART_WIDTH * month / Math.max(1, months - 1);
    const y = (value) => CHART_HEIGHT - 8 - (CHART_HEIGHT - 16) * (value - low) / (high - low);
    const vertical = (month, stroke) => s("line", { x1: x(month), x2: x(month), y1: 0, y2: CHART_HEIGHT, stroke,
      ...FIXED_STROKE });
    const line = (values, stroke) => s("path", {
      d: values.map((value, month) => `${month ? "L" : "M"}${x(month).toFixed(1)} ${y(value).toFixed(1)}`).join(""),
      fill: "none",
      ...stroke,
      ...FIXED_STROKE,
    });
    this.svg.replaceChildren(...presidential.map((month) => vertical(month, "#ececec")));
    if (takeover) {
      const mark = vertical(takeover, "#9a9a9a");
      mark.setAttribute("stroke-dasharray", "2 3");
      this.svg.append(mark);
    }
    this.svg.append(s("line", { x1: 0, x2: CHART_WIDTH, y1: y(0), y2: y(0), stroke: COLOURS.faint }));
    const { group, uncover } = uncoverable(this.svg, CHART_WIDTH, CHART_HEIGHT);
    this.uncover = uncover;
    if (this.spec.ages) {
      group.append(...bands.map((_, band) => line(film.worlds[1].ages.map((ages) => ages[band]), { stroke: COLOURS.b,
        "stroke-width": 1, opacity: 0.45, "stroke-dasharray": `${1 + 2 * band} 2` })));
    }
    group.append(line(this.data[1], { stroke: COLOURS.b, "stroke-width": 2.5 }),
      line(this.data[0], { stroke: COLOURS.a, "stroke-width": 2, "stroke-dasharray": "6 4" }));
  }

  show(month) {
    const [a, b] = this.data.map((series) => series[Math.min(month, series.length - 1)]);
    if (a === undefined || b === undefined) return;
    this.values.textContent = ` A ${this.spec.format(a)} · B ${this.spec.format(b)}`;
  }
}
