// What the poll said that a move would cost, and what it did cost with the same luck.
import { h } from "moat/base/dom.js";
import { dateOf } from "moat/base/format.js";
import { points } from "moat/why/words.js";

const POLLED = "●";
const REALISED = "○";
const MOST_MONTHS = 12; // as in viz/recording/realised_costs.py
const RUNNING = "Running each move of each decision to the next presidential election…";

export class Costs {
  constructor() {
    this.summary = h("p", { class: "moat-note" });
    this.body = h("div", { class: "moat-costs" });
    this.node = h("section", { class: "moat-card moat-costs-card", "aria-label": "Did the poll exaggerate?" },
      h("h3", {}, "Did the poll exaggerate?"), this.summary, this.body);
    this.reset();
  }

  reset() {
    this.answers = new Map();
    this.started = false;
    this.body.replaceChildren();
    this.summary.textContent = "The live page and the atlas compare what the poll said with what a move did cost.";
  }

  wait() {
    this.started = true;
    this.summary.textContent = RUNNING;
  }

  fail(text) { this.summary.textContent = text; }

  add(answer) {
    this.answers.set(answer.month, answer);
    if (answer.month === this.month) this.show(answer.month);
  }

  show(month) {
    this.month = month;
    const answer = this.answers.get(month);
    this.body.replaceChildren();
    if (!answer) {
      if (this.answers.size >= MOST_MONTHS) {
        this.summary.textContent = `Realised costs are computed for the first ${MOST_MONTHS} months with a decision.`;
      } else if (this.started) this.summary.textContent = RUNNING;
      return;
    }
    const rows = answer.worlds.flatMap(({ world, moves }) => moves.map((move) => ({ ...move, world })));
    this.summary.textContent = "Points of the two-party vote that a move costs the party in office, against holding: "
      + `${POLLED} as polled in ${dateOf(month)}, ${REALISED} at the election of ${dateOf(answer.election)}, if it makes `
      + "that move and no other, with the same draws.";
    const values = rows.flatMap((row) => [row.polled, row.realised]);
    const low = Math.min(0, ...values);
    const high = Math.max(0.1, ...values);
    const wide = (value) => (100 * Math.abs(value)) / (high - low);
    const at = (value) => `left:${wide(value - low)}%`;
    const lane = ({ world, name, polled, realised }) => h("tr", { "data-world": world, "data-move": name },
      h("th", { scope: "row" }, `${world}, ${name}`), h("td", {}, points(polled)), h("td", {}, points(realised)),
      h("td", { class: "moat-cost-line", "aria-hidden": "true" }, h("div", {},
        h("i", { class: "moat-cost-zero", style: at(0) }),
        h("i", { class: "moat-cost-span", style: `${at(Math.min(polled, realised))};width:${wide(polled - realised)}%` }),
        h("i", { class: "moat-cost-polled", style: at(polled) }),
        h("i", { class: "moat-cost-realised", style: at(realised) }))));
    this.body.append(h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "World, move"), h("th", { scope: "col" }, `Polled ${POLLED}`),
        h("th", { scope: "col" }, `Realised ${REALISED}`), h("td", {}))),
      h("tbody", {}, rows.map(lane))));
  }
}
