// The decisions of both governments on a line of time: what each wanted, what it chose, and what came into force.
import { h } from "moat/base/dom.js";
import { dateOf, yearOf } from "moat/base/format.js";
import { verb } from "moat/why/words.js";

const state = (decision) => {
  if (!decision) return "none";
  if (decision.wanted !== decision.chosen) return "other";
  return decision.chosen === "hold" ? "hold" : "move";
};

const described = (name, decision) => (decision
  ? `World ${name} wanted to ${verb(decision, decision.wanted)}, chose to ${verb(decision, decision.chosen)}`
  : `World ${name} decided nothing`);

export class Timeline {
  // onPick: called with the month of the decision that the visitor chooses.
  constructor(onPick) {
    this.onPick = onPick;
    this.lanes = h("div", { class: "moat-lanes" });
    this.node = h("section", { class: "moat-card", "aria-label": "Decisions of both governments" },
      this.lanes,
      h("p", { class: "moat-note moat-key" },
        h("span", {}, h("i", { class: "moat-dot moat-is-hold" }), " held"),
        h("span", {}, h("i", { class: "moat-dot moat-is-move" }), " made the move it wanted"),
        h("span", {}, h("i", { class: "moat-dot moat-is-other" }), " wanted another move, which office held back"),
        h("span", {}, h("i", { class: "moat-force" }), " in force"),
        h("span", {}, h("i", { class: "moat-vote" }), " election"),
        h("span", {}, "Wanted: its choice with office rent 0 and the same draws.")));
  }

  // months: those with a decision; decisionsAt: the decisions of A and B in a month.
  build(film, months, decisionsAt) {
    const { takeover, months: last, elections } = film.title;
    const left = (month) => `left:${(100 * (month - takeover)) / (last - takeover)}%`;
    const inside = (month) => month >= takeover && month <= last;
    const marks = elections.filter(inside).map((month) =>
      h("i", { class: "moat-vote", style: left(month), title: `election, ${dateOf(month)}` }));
    const years = [];
    const step = last - takeover > 120 ? 48 : 12;
    for (let month = takeover; month <= last; month += step) {
      years.push(h("span", { class: "moat-year", style: left(month) }, String(yearOf(month))));
    }
    const force = film.worlds.flatMap((world, lane) => world.events
      .filter((event) => event.kind === "enacted" && inside(event.month))
      .map((event) => h("span", { class: `moat-force-at moat-lane-${lane}`, style: left(event.month) },
        h("i", { class: "moat-force" }), h("span", {}, event.move))));
    this.buttons = months.map((month) => this.#button(month, decisionsAt(month), left(month)));
    this.lanes.replaceChildren(
      h("span", { class: "moat-lane-name moat-lane-0" }, "World A"),
      h("span", { class: "moat-lane-name moat-lane-1" }, "World B"),
      h("div", { class: "moat-track" }, h("i", { class: "moat-rule moat-lane-0" }),
        h("i", { class: "moat-rule moat-lane-1" }), marks, force, this.buttons, years));
    // Labels of neighbours would overprint each other: only moves, and the month that is shown, have one.
    this.lanes.classList.toggle("moat-crowded", months.length > 10);
  }

  #button(month, decisions, style) {
    const label = `${dateOf(month)}: ${decisions.map((decision, i) => described("AB"[i], decision)).join("; ")}`;
    return h("button", { type: "button", class: "moat-decision", style, "data-month": month, "aria-label": label,
      title: label, "aria-pressed": "false", onclick: () => this.onPick(month) },
    decisions.map((decision, lane) => h("span", { class: `moat-lane-${lane}` },
      h("i", { class: `moat-dot moat-is-${state(decision)}` }),
      h("span", { class: decision && decision.chosen !== "hold" ? "moat-move" : "" }, decision?.chosen ?? ""))));
  }

  mark(month) {
    for (const button of this.buttons ?? []) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.month) === month));
    }
  }
}
