// Line charts: drawn once for the months that have arrived, then uncovered as the film plays.
import { COLOURS, h, s } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";
import { FIXED_STROKE, uncoverable } from "moat/watch/uncover.js";

const CHART_WIDTH = 400;
const CHART_HEIGHT = 110;
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
    this.svg.replaceChildren(...presidential.map((month) => vertical(month, COLOURS.line)));
    if (takeover) {
      const mark = vertical(takeover, COLOURS.muted);
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
