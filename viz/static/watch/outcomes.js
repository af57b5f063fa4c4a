// The table of outcomes.
import { h, scrollable } from "moat/base/dom.js";

const WHOLE_OUTCOMES = ["attempted", "restricted", "neutral", "reversed", "prohibited", "withdrawn", "court"];
const OUTCOME_NAMES = { neutral: "back to neutral", reversed: "back to extreme care" };
const REAL_OUTCOMES = ["severity", "mean_policy", "gap"];

const headerRow = (names) => names.map((name) => h("th", { scope: "col" }, name));

export function outcomesTable(film) {
  const cell = (name, text) => h("td", { "data-outcome": name }, text);
  const rows = film.outcomes.map((outcomes, index) => h("tr", {},
    h("th", { scope: "row" }, `World ${film.worlds[index].name}`),
    WHOLE_OUTCOMES.map((name) => cell(name, String(outcomes[name]))),
    REAL_OUTCOMES.map((name) => cell(name, outcomes[name].toFixed(3)))));
  const names = [...WHOLE_OUTCOMES, ...REAL_OUTCOMES].map((name) => OUTCOME_NAMES[name] ?? name.replace("_", " "));
  return scrollable("Outcomes", h("table", {},
    h("caption", {}, "Outcomes of the opposed term"),
    h("thead", {}, h("tr", {}, h("td", {}), headerRow(names))),
    h("tbody", {}, rows)));
}
