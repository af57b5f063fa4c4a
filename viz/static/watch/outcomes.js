// The table of outcomes at the month shown. At the last month it also holds the numbers of the whole term.
import { h, scrollable } from "moat/base/dom.js";
import { dateOf, fixed } from "moat/base/format.js";
import { ORDER } from "moat/watch/film.js";
import { MEANINGS, outcomeName } from "moat/watch/outcome_text.js";

// Columns that `outcomeAt` decides, and columns of the whole term, as `moat run` names them.
const EVENTS = ["attempted", "restricted", "neutral", "reversed", "prohibited"];
const WHOLE = ["withdrawn", "court"];
const REAL = ["severity", "mean_policy", "gap"];
const TERM_NAMES = { withdrawn: "attempt withdrawn", court: "overturned in court", severity: "largest fall of openness",
  mean_policy: "mean openness", gap: "gap to an author government" };

export class Outcomes {
  constructor() {
    this.node = h("div", { class: "moat-numbers" });
  }

  clear() { this.node.replaceChildren(); }

  show(film, month) {
    if (film.title.history) {
      this.node.replaceChildren(h("p", { class: "moat-note" }, "This is one history, in which elections decide who governs. "
        + "It shows what can happen, not how often."));
      return;
    }
    const outcomes = film.worlds.map((world) => film.outcomeAt(world, month));
    const ended = month === film.title.months - 1 && film.outcomes;
    const state = `${outcomes.map(({ code, bits }) => `${code}${bits}`)} ${ended ? "ended" : ""} ${film.loaded}`;
    if (state !== this.state || !this.caption) {
      this.state = state;
      this.node.replaceChildren(this.#table(film, outcomes, ended));
    }
    this.caption.textContent = `What had happened to the policy by the end of ${dateOf(month)}`;
  }

  #table(film, outcomes, ended) {
    this.caption = h("caption", {});
    const heads = ["Outcome", ...EVENTS.map(outcomeName), ...(ended ? [...WHOLE, ...REAL].map((name) => TERM_NAMES[name]) : [])];
    const row = (world, index) => {
      const { code, bits } = outcomes[index];
      const term = film.outcomes?.[index];
      return h("tr", {},
        h("th", { scope: "row" }, `World ${world.name}`),
        h("td", { class: "moat-outcome", "data-world": world.name }, outcomeName(code)),
        EVENTS.map((name) => h("td", { "data-outcome": name }, code === "pending" ? "–" : bits & bitOf(name) ? "yes" : "no")),
        ended ? [...WHOLE.map((name) => h("td", { "data-outcome": name }, term[name] ? "yes" : "no")),
          ...REAL.map((name) => h("td", { "data-outcome": name }, fixed(term[name], 3)))] : []);
    };
    return scrollable("Table of outcomes", h("table", {},
      this.caption,
      h("thead", {}, h("tr", {}, h("td", {}), heads.map((name, index) =>
        h("th", { scope: "col", title: index ? MEANINGS[EVENTS[index - 1]] : undefined }, name)))),
      h("tbody", {}, film.worlds.map(row))));
  }
}

const bitOf = (name) => 1 << (ORDER.indexOf(name) - ORDER.indexOf("attempted"));
