// Every number of one month's decision in both worlds, in a drawer that stays as the visitor left it.
import { h, scrollable } from "moat/base/dom.js";
import { PARTY, dateOf, percent } from "moat/base/format.js";
import { amount } from "moat/why/words.js";

const COLUMNS = ["move", "instrument", "openness after", "own share polled", "chance of re-election", "distance",
  "donors", "cost", "credibility", "utility", "probability"];

function menu(decision) {
  const rows = decision.moves.map((move) => h("tr", { class: move.name === decision.chosen ? "moat-chosen" : "" },
    h("th", { scope: "row" }, move.name),
    [move.instrument, move.openness.toFixed(3), percent(move.share, 2), percent(move.win, 2), amount(move.distance),
      amount(move.donors), amount(move.cost), amount(move.credibility), move.utility.toFixed(4),
      percent(move.probability, 1)].map((text) => h("td", {}, text))));
  return scrollable("Moves", h("table", {},
    h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows)));
}

function worldDecision(film, world, decision) {
  if (!decision) return h("section", {}, h("h3", {}, `World ${world.name}`), h("p", {}, "No decision this month."));
  const ideals = world.agencies[decision.month] ?? [];
  const agencies = film.title.agencies.map((name, index) => `${name} ${ideals[index]?.toFixed(2) ?? "-"}`).join(", ");
  return h("section", {},
    h("h3", {}, `World ${world.name}: the ${PARTY[decision.role].toLowerCase()} chose ${decision.chosen}`),
    h("p", { class: "moat-note" }, `With office rent 0 and the same draws: ${decision.wanted}. Openness now `
      + `${decision.openness.toFixed(3)}, its target ${decision.target.toFixed(3)}; its platform `
      + `${decision.own_platform.toFixed(2)}, the rival's ${decision.rival_platform.toFixed(2)}; `
      + `${decision.respondents.toLocaleString("en-US")} respondents; best rival issue ${amount(decision.rival)}; `
      + `hostile chambers ${decision.hostile_chambers}; months left ${decision.months_left}; regulators, 0 closed to 1 `
      + `open: ${agencies}.`),
    menu(decision));
}

export class Numbers {
  constructor() {
    this.body = h("div", {});
    this.summary = h("summary", {}, "Every number of this decision");
    this.node = h("details", { class: "moat-drawer" }, this.summary, this.body);
  }

  show(film, month, decisions) {
    this.summary.textContent = `Every number of the decision of ${dateOf(month)}`;
    this.body.replaceChildren(
      h("p", { class: "moat-note" }, "utility = office rent × chance − policy weight × distance + donors − cost − "
        + "credibility; distance is the expected squared distance from the target over the horizon."),
      ...film.worlds.map((world, index) => worldDecision(film, world, decisions[index])));
  }
}
