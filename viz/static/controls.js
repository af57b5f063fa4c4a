// Preset buttons, the parameter form, and the tables of outcomes and decisions.
import { PARTY, dateOf, freshId, h, lastMonth, percent, scrollable } from "./dom.js";

const DIGITS = 9;
const LATEST_DECISIONS = 6;
const LATEST_EVENTS = 5;

// A row of nine preset buttons, each with a digit key; a list holds the rest.
export class Scenes {
  constructor(scenes, onPick) {
    const entries = Object.entries(scenes);
    const listed = entries.slice(DIGITS);
    const listId = freshId("list");
    const noteId = freshId("note");
    this.scenes = scenes;
    this.names = entries.slice(0, DIGITS).map(([name]) => name);
    this.buttons = this.names.map((name, index) => h("button", {
      type: "button",
      "aria-pressed": "false",
      title: scenes[name].sentence,
      "data-scene": name,
      onclick: () => onPick(name),
    }, h("kbd", { "aria-hidden": "true" }, String(index + 1)), scenes[name].label));
    const isHypothesis = ([name]) => /^h\d/.test(name);
    const options = (picked) => picked.map(([name, scene]) => h("option", { value: name }, scene.label));
    this.list = h("select", { id: listId, "aria-describedby": noteId },
      h("option", { value: "" }, "choose one"),
      options(listed.filter(isHypothesis)),
      h("optgroup", { label: "Other policies, for comparison" },
        options(listed.filter((entry) => !isHypothesis(entry)))));
    this.list.addEventListener("change", () => this.list.value && onPick(this.list.value));
    this.note = h("span", { id: noteId, class: "moat-note" });
    this.node = h("div", {},
      h("div", { class: "moat-scenes", role: "group", "aria-label": "Presets" }, this.buttons),
      listed.length ? h("p", { class: "moat-more" }, h("label", { for: listId }, "Hypotheses"), this.list, this.note)
        : null);
    this.mark("");
  }

  mark(name) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.scene === name));
    const listed = name in this.scenes && !this.names.includes(name);
    this.list.value = listed ? name : "";
    this.note.textContent = listed ? this.scenes[name].sentence
      : "Presets in which each hypothesis can hold; a single replicate may not show it.";
  }
}

const hasRange = (card) => Number.isFinite(card.low) && Number.isFinite(card.high);

function parameterNote(card) {
  const range = hasRange(card) ? `; plausible range ${card.low} to ${card.high}` : "";
  const facts = `${card.name}, ${card.unit}${range}; ${card.role}, ${card.status}. ${card.source}`;
  return [card.about ? `${card.about} ` : "", h("span", { class: "moat-meta" }, facts)];
}

// A parameter's input, and beside a slider the field for its exact value.
function inputsOf(card, attributes, main) {
  const bounds = { step: "any", min: card.minimum, max: card.maximum };
  if (card.kind === "choice") {
    return [h("select", attributes, card.choices.map((choice) => h("option", { value: choice }, choice))), null];
  }
  if (card.kind === "switch") return [h("input", { ...attributes, type: "checkbox" }), null];
  if (!main || !hasRange(card)) {
    return [h("input", { ...attributes, type: card.kind === "text" ? "text" : "number", ...bounds }), null];
  }
  const step = card.kind === "whole" ? 1 : (card.high - card.low) / 100;
  const slider = h("input", { ...attributes, type: "range", min: card.low, max: card.high, step });
  const exact = h("input", { type: "number", ...bounds, "aria-label": `${card.label}, exact value` });
  slider.addEventListener("input", () => { exact.value = slider.value; });
  exact.addEventListener("input", () => { slider.value = exact.value; });
  return [slider, exact];
}

export class Assumptions {
  // catalogue.parameters: name, label, about, unit, low, high, minimum, maximum, role, status, source, kind, choices
  constructor(catalogue, onApply) {
    this.onApply = onApply;
    this.controls = new Map();
    const cards = new Map(catalogue.parameters.map((card) => [card.name, card]));
    const main = catalogue.main.filter((name) => cards.has(name)).map((name) => this.#control(cards.get(name), true));
    const groups = new Map();
    for (const card of catalogue.parameters) {
      if (catalogue.main.includes(card.name)) continue;
      const group = card.name.split(".")[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(this.#control(card, false));
    }
    this.seed = this.#number("Seed", "Root of all random draws. The same seed and version give the same numbers.");
    this.replicate = this.#number("Replicate", "Number of the replicate. Both worlds use the same random draws.");
    this.message = h("p", { class: "moat-problem", role: "alert" });
    const all = h("details", { class: "moat-all" },
      h("summary", {}, `All ${catalogue.parameters.length} parameters`),
      [...groups].map(([group, rows]) => h("details", { class: "moat-group" },
        h("summary", {}, `${group}: ${catalogue.groups[group] ?? ""} (${rows.length})`), rows)));
    const onSubmit = (event) => {
      event.preventDefault();
      this.apply();
    };
    this.node = h("details", { class: "moat-drawer" },
      h("summary", {}, "Assumptions: change a parameter and run again"),
      h("form", { class: "moat-form", onsubmit: onSubmit },
        h("div", { class: "moat-main" }, main, this.seed.node, this.replicate.node),
        all,
        this.message,
        h("button", { type: "submit", class: "moat-primary" }, "Compute this pair of worlds")));
  }

  #number(label, about) {
    const id = freshId("number");
    const input = h("input", { id, type: "number", min: 0, step: 1, inputmode: "numeric" });
    const node = h("div", { class: "moat-control" }, h("label", { for: id }, label), input, h("p", {}, about));
    return { input, node };
  }

  #control(card, main) {
    const id = freshId("parameter");
    const noteId = freshId("note");
    const [input, exact] = inputsOf(card, { id, name: card.name, "aria-describedby": noteId }, main);
    this.controls.set(card.name, { card, input, exact });
    return h("div", { class: "moat-control" },
      h("label", { for: id }, card.label),
      h("span", { class: "moat-pair" }, input, exact),
      h("p", { id: noteId }, parameterNote(card)));
  }

  // Values that the visitor has changed, as texts by dotted name.
  changes() {
    const changes = {};
    for (const [name, { card, input, exact }] of this.controls) {
      const value = card.kind === "switch" ? String(input.checked) : (exact ?? input).value;
      if (value !== this.values[name]) changes[name] = value;
    }
    return changes;
  }

  // scenario.values: texts by dotted name, as the server holds them.
  show(scenario) {
    this.scenario = scenario;
    this.values = scenario.values;
    for (const [name, { card, input, exact }] of this.controls) {
      const value = scenario.values[name];
      if (card.kind === "switch") input.checked = value === "true";
      else input.value = value;
      if (exact) exact.value = value;
    }
    this.seed.input.value = scenario.seed;
    this.replicate.input.value = scenario.replicate;
    this.showProblem("");
  }

  apply() {
    this.onApply({
      ...this.scenario.fields,
      ...this.changes(),
      seed: this.seed.input.value || "0",
      replicate: this.replicate.input.value || "0",
      scene: "",
    });
  }

  showProblem(text) { this.message.textContent = text; }
}

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
