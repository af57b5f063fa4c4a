// The parameter form.
import { freshId, h } from "moat/base/dom.js";

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
