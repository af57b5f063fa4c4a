// The policy ribbon of one world: party in office, policy line, returns to extreme care, deterrence.
import { COLOURS, freshId, h, s } from "moat/base/dom.js";
import { PARTY, ROLE } from "moat/base/format.js";
import { FIXED_STROKE, uncoverable } from "moat/watch/uncover.js";

const RIBBON_WIDTH = 1000;
const RIBBON_HEIGHT = 96;

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
      s("rect", { width: 8, height: 8, fill: COLOURS.paper }), s("rect", { width: 3, height: 8, fill: COLOURS.ink }))));
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
        stroke: COLOURS.caused, "stroke-width": 3.5, class: "moat-cross", ...FIXED_STROKE }));
    }
    this.labels.append(...this.spans.map(([, span]) => span));
    this.uncover = (share) => {
      uncover(share);
      for (const [from, span] of this.spans) span.hidden = from >= share * months;
    };
  }
}
