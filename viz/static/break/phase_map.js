// The phase map: colour is the paired difference, opacity its certainty; a cell leads to its curve, pairs and film.
import { freshId, h } from "moat/base/dom.js";
import { isDecided, meaning, neededText, share, signed } from "moat/break/words.js";

const BREADTH = "exposure.breadth";
// What the upward axis can be, where the server computes the map.
const UPWARD = {
  "exposure.visibility": "Visibility of the holding",
  "voting.asset_vote_effect": "Vote effect of a loss",
  "party.office_rent": "Office rent",
};
const FULL_COLOUR = 0.2; // difference at which the colour is full
const MOST_COLOUR = 62; // percent, so that numbers stay readable
const LEAST_OPACITY = 0.3;
const DIFFERENCES = [-0.2, -0.1, 0, 0.1, 0.2];

const certaintyOf = (cell) => (isDecided(cell) ? 1 : cell.needed === null ? 0 : Math.min(1, Math.sqrt(cell.n / cell.needed)));

function fill(difference, certainty) {
  const strength = Math.round(MOST_COLOUR * Math.min(1, Math.abs(difference) / FULL_COLOUR));
  const tone = difference < 0 ? "var(--prevented)" : "var(--caused)";
  const opacity = (LEAST_OPACITY + (1 - LEAST_OPACITY) * certainty).toFixed(2);
  return `background: color-mix(in srgb, ${tone} ${strength}%, var(--faint)); opacity: ${opacity}`;
}

const valueText = (name, value) => (name === BREADTH ? share(value) : String(value));
const labelOf = (name) => UPWARD[name] ?? name.split(".").at(-1).replaceAll("_", " ");

export class PhaseMap {
  // onCompute(axis), onCancel(), onOpen(fields, step), announce(text)
  constructor({ onCompute, onCancel, onOpen, announce }) {
    Object.assign(this, { onOpen, announce });
    const id = freshId("axis");
    this.axis = h("select", { id }, Object.entries(UPWARD).map(([name, label]) => h("option", { value: name }, label)));
    this.compute = h("button", { type: "button", class: "moat-primary", onclick: () => onCompute(this.axis.value) }, "Compute the map");
    this.cancel = h("button", { type: "button", hidden: true, onclick: () => { this.#busy(false, "Stopped."); onCancel(); } }, "Stop");
    this.progress = h("progress", { max: 100, value: 0, hidden: true, "aria-label": "Pairs of each cell" });
    this.status = h("p", { class: "moat-note", role: "status" });
    this.table = h("div", { class: "moat-scroll moat-map", tabindex: "0", role: "region", "aria-label": "Cells of the map" });
    this.key = this.#legend();
    this.card = h("div", { class: "moat-cell-card", hidden: true });
    this.node = h("section", { class: "moat-card", "aria-label": "Phase map" },
      h("h2", {}, "Where does each outcome hold?"),
      h("p", { class: "moat-note" }, "This world with other values: each cell is a hundred pairs. Choose a cell to see "
        + "its curve, its pairs and its film."),
      h("div", { class: "moat-row" }, h("label", { for: id }, "Upward:"), this.axis, this.compute, this.cancel, this.progress),
      this.status,
      h("div", { class: "moat-map-area" }, this.table, h("div", { class: "moat-map-side" }, this.key, this.card)));
    this.clear();
  }

  // Forget the map of another scenario.
  clear(possible = true) {
    this.table.replaceChildren();
    this.table.hidden = true;
    this.key.hidden = true;
    this.card.hidden = true;
    this.chosen = "";
    this.compute.disabled = !possible;
    this.#busy(false, possible ? "" : "A long history has no takeover to compare.");
  }

  begin() { this.#busy(true, "Computing…"); }

  wait(place) {
    if (place > 0 && !this.progress.value) this.status.textContent = `Requests ahead of yours: ${place}.`;
  }

  fail(text) { this.#busy(false, text); }

  // scenario: of the page, which the cells vary. axes: [{name, values}], breadth first; cells: see viz/recording/grid.py.
  show({ axes, cells, done, total }, scenario) {
    this.scenario = scenario;
    this.cells = cells;
    const across = axes.find((axis) => axis.name === BREADTH);
    const upward = axes.filter((axis) => axis !== across).at(-1);
    if (upward.name in UPWARD) this.axis.value = upward.name;
    this.#busy(done < total, done < total ? `${done} of ${total} pairs in each cell.` : "");
    this.progress.value = 100 * done / total;
    const focused = document.activeElement?.dataset?.cell;
    const own = (name) => Number(scenario.values[name]);
    const find = (b, v) => cells.find((cell) => cell.values[BREADTH] === b && cell.values[upward.name] === v
      && axes.every(({ name }) => name === BREADTH || name === upward.name || cell.values[name] === own(name)));
    const rows = [...upward.values].reverse().map((value) => h("tr", {},
      h("th", { scope: "row" }, valueText(upward.name, value)),
      across.values.map((breadth) => {
        const cell = find(breadth, value);
        const isOwn = breadth === own(BREADTH) && value === own(upward.name);
        return h("td", {}, cell ? this.#button(cell, isOwn, upward.name) : "not run");
      })));
    this.table.replaceChildren(h("table", {},
      h("caption", {}, `Up: ${labelOf(upward.name)}. Across: voters exposed. Difference in reversals of 100.`),
      h("thead", {}, h("tr", {}, h("td", {}), across.values.map((breadth) => h("th", { scope: "col" }, share(breadth))))),
      h("tbody", {}, rows)));
    this.table.hidden = false;
    this.key.hidden = false;
    if (focused) this.table.querySelector(`[data-cell="${focused}"]`)?.focus();
    const again = this.chosen && cells.find((cell) => JSON.stringify(cell.values) === this.chosen);
    if (again) this.#open(again, upward.name, false);
  }

  #button(cell, isOwn, upward) {
    const needed = isDecided(cell) ? "" : cell.needed === null ? "on the margin" : `${cell.needed.toLocaleString("en-US")}?`;
    const about = `${this.#name(cell, upward)}: ${signed(cell.difference)} of 100, ${meaning(cell)}, ${cell.n} pairs. `
      + neededText(cell);
    return h("button", {
      type: "button",
      class: `moat-cell${isOwn ? " moat-own" : ""}`,
      "data-cell": JSON.stringify(Object.values(cell.values)),
      "aria-label": about,
      "aria-pressed": String(JSON.stringify(cell.values) === this.chosen),
      onclick: () => this.#open(cell, upward, true),
    }, h("i", { style: fill(cell.difference, certaintyOf(cell)) }), h("b", {}, signed(cell.difference)),
    h("small", {}, `n ${cell.n}`), h("small", {}, needed));
  }

  #name(cell, upward) {
    return `${share(cell.values[BREADTH])} exposed, ${labelOf(upward).toLowerCase()} ${cell.values[upward]}`;
  }

  #open(cell, upward, announced) {
    this.chosen = JSON.stringify(cell.values);
    for (const button of this.table.querySelectorAll(".moat-cell")) {
      button.setAttribute("aria-pressed", String(button.dataset.cell === JSON.stringify(Object.values(cell.values))));
    }
    const summary = `${signed(cell.difference)} of 100 (${signed(cell.low)} to ${signed(cell.high)}): exposure prevented `
      + `${cell.prevented}, caused ${cell.caused} in ${cell.n} pairs. ${neededText(cell)}`;
    const texts = Object.fromEntries(Object.entries(cell.values).map(([name, value]) => [name, String(value)]));
    const fields = { ...this.scenario.fields, ...texts, replicate: "0", scene: "" };
    const button = (label, step) => h("button", { type: "button", onclick: () => this.onOpen(fields, step) }, label);
    this.card.replaceChildren(h("h3", {}, this.#name(cell, upward)), h("p", {}, summary),
      h("div", { class: "moat-row" }, button("Film", "watch"), button("Curve and 100 pairs", "pairs")));
    this.card.hidden = false;
    if (announced) {
      this.announce(summary);
      this.card.scrollIntoView({ block: "nearest" });
    }
  }

  #busy(busy, text) {
    this.status.textContent = text;
    this.cancel.hidden = !busy;
    this.progress.hidden = !busy;
    this.compute.hidden = busy;
    if (!busy) this.progress.value = 0;
  }

  #legend() {
    const row = (label, certainty) => h("tr", {}, DIFFERENCES.map((difference) =>
      h("td", {}, h("i", { class: "moat-swatch", style: fill(difference, certainty) }))), h("th", { scope: "row" }, label));
    return h("div", {},
      h("table", { class: "moat-map-key" },
        h("caption", {}, "Colour: difference. Opacity: certainty."),
        h("tbody", {}, row("decided", 1), row("half sure", 0.5), row("unsure", 0)),
        h("tfoot", {}, h("tr", {}, DIFFERENCES.map((difference) => h("td", {}, signed(difference))), h("td", {})))),
      h("p", { class: "moat-note" }, h("span", { class: "moat-tone-prevented" }, "Green: moat"), ", fewer reversals. ",
        h("span", { class: "moat-tone-caused" }, "Purple: trapdoor"), ", more. 400? means undecided: about 400 pairs would "
        + "decide. Dashed frame: this world now."));
  }
}
