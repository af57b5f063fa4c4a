// Decisions of both governments up to a month.
import { h, scrollable } from "moat/base/dom.js";
import { PARTY, dateOf, lastMonth, percent } from "moat/base/format.js";

const LATEST_DECISIONS = 6;
const LATEST_EVENTS = 5;

const headerRow = (names) => names.map((name) => h("th", { scope: "col" }, name));

const MOVE_COLUMNS = ["move", "instrument", "openness after", "own poll share", "utility", "probability"];

function decisionDetails(decision) {
  const rows = decision.moves.map((move) => h("tr", { class: move.name === decision.chosen ? "moat-chosen" : "" },
    h("th", { scope: "row" }, move.name),
    h("td", {}, move.instrument),
    h("td", {}, move.openness.toFixed(3)),
    h("td", {}, percent(move.share, 2)),
    h("td", {}, move.utility.toFixed(4)),
    h("td", {}, percent(move.probability, 1))));
  const deterred = decision.deterred
    ? h("strong", {}, `; deterred: with office rent 0 it would have chosen ${decision.wanted}`) : "";
  return h("details", { class: "moat-decision" },
    h("summary", {}, `${dateOf(decision.month)}: ${PARTY[decision.role]} chose ${decision.chosen}`, deterred),
    scrollable("Moves", h("table", {},
      h("thead", {}, h("tr", {}, headerRow(MOVE_COLUMNS))),
      h("tbody", {}, rows))));
}

function worldDecisions(film, world, month) {
  const decisions = world.decisions.filter((decision) => decision.month <= month).slice(-LATEST_DECISIONS).reverse();
  const ideals = world.agencies[Math.min(lastMonth(month), world.agencies.length - 1)] ?? [];
  const agencies = film.title.agencies.map((name, index) => `${name} ${ideals[index]?.toFixed(2) ?? "-"}`);
  const events = world.events.filter((event) => event.month <= month).slice(-LATEST_EVENTS).reverse();
  return h("section", {},
    h("h3", {}, `World ${world.name}`),
    h("p", {}, `Ideal points of the regulators, 0 closed to 1 open: ${agencies.join(", ")}.`),
    decisions.length ? decisions.map(decisionDetails) : h("p", {}, "No decision yet."),
    h("h4", {}, "Latest events"),
    events.length
      ? h("ul", {}, events.map((event) =>
        h("li", {}, `${dateOf(event.month)}: ${event.kind} ${event.move} (${event.instrument})`)))
      : h("p", {}, "None yet."));
}

export function decisionsTable(film, month) {
  return h("div", { class: "moat-two" }, film.worlds.map((world) => worldDecisions(film, world, month)));
}
