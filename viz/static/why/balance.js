// A move as a balance: what it gains on one side, what it risks on the other.
import { COLOURS, h, s } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";
import { balance } from "moat/why/choice.js";
import { amount } from "moat/why/words.js";

const WIDTH = 300;
const HEIGHT = 132;
const ARM = 116;
const SIDE = 54;
const GAP = 3;
const STEEPEST = 11;

// Side of a block whose area shows a value; `most` is the largest value of the decision.
const sideOf = (value, most) => Math.max(3, SIDE * Math.sqrt(Math.abs(value) / most));

// Blocks of a pan, side by side around its end of the beam.
function pan(parts, end, most) {
  const sides = parts.map((part) => sideOf(part.value, most));
  const width = sides.reduce((sum, side) => sum + side + GAP, -GAP);
  let x = Math.max(-ARM - 18, Math.min(ARM + 18 - width, end - width / 2));
  return parts.map((part, i) => {
    const block = s("rect", { x, y: -sides[i] - 2, width: sides[i], height: sides[i], rx: 2, class: "moat-block",
      ...part.look });
    x += sides[i] + GAP;
    return block;
  });
}

export function scale({ policy, risk, rest, net }, role, most) {
  const looks = {
    policy: { fill: COLOURS[role] },
    office: { fill: "var(--none-dark)" },
    rest: { fill: "var(--paper)", stroke: "var(--edge)", "stroke-dasharray": "3 2" },
  };
  const parts = [["policy", policy], ["office", -risk], ["rest", rest]]
    .filter(([, value]) => Math.abs(value) > 5e-4).map(([name, value]) => ({ value, look: looks[name] }));
  const angle = -STEEPEST * Math.tanh((2 * net) / most);
  const beam = s("g", { transform: `translate(${WIDTH / 2} ${HEIGHT - 46}) rotate(${angle.toFixed(2)})` },
    s("line", { x1: -ARM - 16, x2: ARM + 16, y1: 0, y2: 0, stroke: COLOURS.ink, "stroke-width": 4,
      "stroke-linecap": "round" }),
    ...pan(parts.filter((part) => part.value > 0), -ARM + 12, most),
    ...pan(parts.filter((part) => part.value < 0), ARM - 12, most));
  const lean = Math.abs(net) < 5e-4 ? "level" : net > 0 ? "the gain is heavier" : "the risk is heavier";
  const look = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "moat-scale", role: "img", "aria-label": `Balance: ${lean}` };
  return s("svg", look,
    s("path", { d: `M${WIDTH / 2} ${HEIGHT - 44}l20 40h-40z`, fill: COLOURS.faint, stroke: "var(--edge)" }), beam);
}

const SMALL = 5e-4;
const named = (value, gained, lost) => (value < -SMALL ? lost : gained);

// One move of one world: name, what became of it, its scale and its numbers. most: see sideOf.
export function balanceCard(world, decision, place, party, tag, most) {
  const move = decision.moves[place];
  const hold = decision.moves[0];
  const weighed = balance(decision, place, party);
  const { policy, risk, rest, net } = weighed;
  const points = 100 * (move.win - hold.win);
  const office = party.heeds_polls
    ? `${Number(party.office_rent.toFixed(3))} × ${Math.abs(points).toFixed(1)} points of re-election chance `
      + `(${percent(hold.win, 1)} to ${percent(move.win, 1)})`
    : "This rule does not read polls: office has no weight.";
  const value = (name, number, kind) => h("div", { class: `moat-weight moat-weight-${kind}` },
    h("dt", {}, name), h("dd", {}, number));
  return h("article", { class: "moat-balance", "data-world": world, "data-move": move.name },
    h("h3", {}, `World ${world}, ${decision.docket_open ? "go on with " : ""}${move.name} `, h("span", {}, tag)),
    scale(weighed, decision.role, most),
    h("dl", {},
      value(named(policy, "policy gained", "policy lost"), amount(Math.abs(policy)), `policy moat-of-${decision.role}`),
      value("net", amount(net, "+"), "net"),
      value(named(risk, "office risked", "office gained"), amount(Math.abs(risk)), "office")),
    h("p", { class: "moat-note" }, office, h("br", {}),
      `dashed: donors, costs and credibility ${named(rest, "gain", "take")} ${amount(Math.abs(rest))}`));
}
