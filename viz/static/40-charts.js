// Ribbons and charts: drawn once for what has arrived, then uncovered by a clip as the film plays.
const WIDE = 1000, RIBBON = 96, CHART_W = 400, CHART_H = 110;

function clipped(svg, width, height) {
  const id = freshId("clip"), rect = s("rect", { x: 0, y: -20, width: 0, height: height + 40 });
  svg.append(s("defs", {}, s("clipPath", { id }, rect)));
  const group = s("g", { "clip-path": `url(#${id})` });
  svg.append(group);
  return { group, uncover: (share) => rect.setAttribute("width", String(share * width)) };
}

class Ribbon {
  constructor(name) {
    this.svg = s("svg", { viewBox: `0 0 ${WIDE} ${RIBBON}`, class: "moat-ribbon", role: "img", preserveAspectRatio: "none",
      "aria-label": `World ${name}: party in office, policy line, reversals` });
    this.labels = h("div", { class: "moat-terms", "aria-hidden": "true" });
  }

  build(film, world) {
    const { svg } = this, { months } = film.title, x = (month) => WIDE * month / months;
    svg.replaceChildren();
    this.labels.replaceChildren();
    const hatch = freshId("hatch");
    svg.append(s("defs", {}, s("pattern", { id: hatch, width: 8, height: 8, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, s("rect", { width: 8, height: 8, fill: "#fff" }),
    s("rect", { width: 3, height: 8, fill: COLOURS.ink }))));
    const { group, uncover } = clipped(svg, WIDE, RIBBON);
    this.uncover = (share) => {
      uncover(share);
      for (const [from, span] of this.spans) span.hidden = from >= share * months;
    };
    const y = (openness) => 88 - 54 * openness;
    for (const level of [0, film.title.before, 1]) {
      group.append(s("line", { x1: 0, x2: WIDE, y1: y(level), y2: y(level), stroke: COLOURS.faint, "stroke-dasharray":
        level === film.title.before ? "4 4" : "none" }));
    }
    const office = world.series.office;
    this.spans = [];
    for (let from = 0; from < office.length;) {
      let to = from;
      while (to < office.length && office[to] === office[from]) to += 1;
      const role = ROLE[office[from]];
      group.append(s("rect", { x: x(from), y: 2, width: x(to) - x(from) - 1, height: 20, fill: COLOURS[role] }));
      const share = (to - from) / months;
      this.spans.push([from, h("span", { style: `left:${100 * from / months}%;width:${100 * share}%` },
        share > 0.2 ? PARTY[role] : share > 0.05 ? PARTY[role][0] : "")]);
      from = to;
    }
    for (const one of world.decisions.filter((each) => each.not_dared)) {
      group.append(s("rect", { x: x(one.month), y: 22, width: Math.max(8, x(3)), height: 12, fill: `url(#${hatch})` }));
    }
    const policy = world.series.openness;
    const steps = policy.map((value, month) => `${month ? "H" : "M"}${month ? x(month) : `0 ${y(value)}`}V${y(value)}`);
    group.append(s("path", { d: `${steps.join("")}H${x(policy.length)}`, fill: "none", stroke: COLOURS.ink,
      "stroke-width": 2.5, "vector-effect": "non-scaling-stroke" }));
    this.labels.append(...this.spans.map(([, span]) => span));
    for (const month of world.reversals ?? []) {
      const cx = x(month), cy = y(policy[month]) - 6;
      group.append(s("path", { d: `M${cx - 9} ${cy - 9}l18 18m0 -18l-18 18`, stroke: "#b3003c", "stroke-width": 3.5,
        "vector-effect": "non-scaling-stroke", class: "moat-cross" }));
    }
  }
}

const CHARTS = [
  { key: "exposure", title: "Voters holding crypto", format: (v) => percent(v), top: () => 1, ages: true },
  { key: "openness", title: "Openness, 0 closed to 1 default", format: (v) => v.toFixed(2), top: () => 1 },
  { key: "cost", title: "Vote cost of reversal, points", format: (v) => v.toFixed(2) },
  { key: "distance", title: "Gap between party positions", format: (v) => v.toFixed(2), top: () => 1 },
  { key: "price", title: "Price, 2025 = 1", format: (v) => v.toFixed(2) },
  { key: "reversals", title: "Reversals so far", format: (v) => String(v), top: (most) => Math.max(1, most) },
];

class Chart {
  constructor(one) {
    this.one = one;
    this.now = h("span", { class: "moat-now" });
    this.title = h("span", {}, one.title);
    this.svg = s("svg", { viewBox: `0 0 ${CHART_W} ${CHART_H}`, role: "img", "aria-label":
      `${one.title}; World A dashed grey, World B solid green`, preserveAspectRatio: "none" });
    this.node = h("figure", { class: "moat-chart" }, h("figcaption", {}, this.title, this.now), this.svg);
  }

  values(film, world) {
    if (this.one.key !== "reversals") return world.series[this.one.key] ?? [];
    return (world.series.openness ?? []).map((_, month) => film.reversedBy(world, month));
  }

  build(film) {
    const { svg, one } = this, months = film.title.months;
    this.data = film.worlds.map((world) => this.values(film, world));
    if (one.key === "price") {
      this.title.textContent = film.title.prices_equal ? "Price, 2025 = 1 (equal by construction)"
        : "Price, 2025 = 1 (flows move it)";
    }
    const all = this.data.flat(), most = Math.max(0, ...all), least = Math.min(0, ...all);
    const high = one.top ? one.top(most) : (most || 1) * 1.08, low = least < 0 ? least * 1.1 : 0;
    const x = (month) => CHART_W * month / Math.max(1, months - 1);
    const y = (value) => CHART_H - 8 - (CHART_H - 16) * (value - low) / (high - low);
    svg.replaceChildren();
    for (const month of film.title.presidential) svg.append(s("line", { x1: x(month), x2: x(month), y1: 0, y2: CHART_H,
      stroke: "#ececec", "vector-effect": "non-scaling-stroke" }));
    if (film.title.takeover) svg.append(s("line", { x1: x(film.title.takeover), x2: x(film.title.takeover), y1: 0,
      y2: CHART_H, stroke: "#9a9a9a", "stroke-dasharray": "2 3", "vector-effect": "non-scaling-stroke" }));
    svg.append(s("line", { x1: 0, x2: CHART_W, y1: y(0), y2: y(0), stroke: COLOURS.faint }));
    const { group, uncover } = clipped(svg, CHART_W, CHART_H);
    this.uncover = uncover;
    const line = (values) => values.map((value, month) => `${month ? "L" : "M"}${x(month).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    if (one.ages) film.title.bands.forEach((_, band) => group.append(s("path", { fill: "none", stroke: COLOURS.b,
      "stroke-width": 1, opacity: 0.45, "stroke-dasharray": `${1 + 2 * band} 2`, "vector-effect": "non-scaling-stroke",
      d: line(film.worlds[1].ages.map((each) => each[band])) })));
    group.append(s("path", { d: line(this.data[1]), fill: "none", stroke: COLOURS.b, "stroke-width": 2.5,
      "vector-effect": "non-scaling-stroke" }));
    group.append(s("path", { d: line(this.data[0]), fill: "none", stroke: COLOURS.a, "stroke-width": 2,
      "stroke-dasharray": "6 4", "vector-effect": "non-scaling-stroke" }));
  }

  show(month) {
    const values = this.data.map((each) => each[Math.min(month, each.length - 1)]);
    if (values.some((one) => one === undefined)) return;
    this.now.textContent = ` A ${this.one.format(values[0])} · B ${this.one.format(values[1])}`;
  }
}
