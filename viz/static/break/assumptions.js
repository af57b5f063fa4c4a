// The parameter form. A wrong value is named, with what is allowed, and its field is opened, however deep it lies.
import { freshId, h } from "moat/base/dom.js";
import { sliderWithField } from "moat/break/slider.js";

const MOST_MARKED = 20;
const hasRange = (card) => Number.isFinite(card.low) && Number.isFinite(card.high) && card.high > card.low;

function factsOf(card) {
  const range = hasRange(card) ? `; plausible range ${card.low} to ${card.high}` : "";
  return `${card.name}, ${card.unit}${range}; ${card.role}, ${card.status}. ${card.source}`;
}

// What a parameter means, and its facts: folded away under the sliders, where they would push the next one out of view.
function notesOf(card, id, main) {
  const facts = h("p", { class: "moat-meta", ...(card.about ? {} : { id }) }, factsOf(card));
  const about = card.about ? h("p", { id }, card.about) : null;
  return [about, main && about ? h("details", { class: "moat-facts" }, h("summary", {}, "Range and source"), facts) : facts];
}

// What a field allows, in words.
function allowed({ min, max, step }) {
  const kind = step === "1" ? "whole numbers" : "numbers";
  if (min !== "" && max !== "") return `${kind} from ${min} to ${max}`;
  if (min !== "") return `${kind} from ${min} up`;
  return max !== "" ? `${kind} up to ${max}` : kind;
}

export class Assumptions {
  // catalogue.parameters: name, label, about, unit, low, high, minimum, maximum, role, status, source, kind, choices
  constructor(catalogue, onApply) {
    this.onApply = onApply;
    this.controls = new Map(); // by dotted name: { label, input, exact, read, write }
    const cards = new Map(catalogue.parameters.map((card) => [card.name, card]));
    const main = catalogue.main.filter((name) => cards.has(name)).map((name) => this.#control(cards.get(name), true));
    const groups = new Map();
    for (const card of catalogue.parameters) {
      if (catalogue.main.includes(card.name)) continue;
      const group = card.name.split(".")[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(this.#control(card, false));
    }
    const seed = this.#number("seed", "Seed",
      "Root of all random draws. The same seed and version give the same numbers.");
    const replicate = this.#number("replicate", "Replicate",
      "Number of the pair. Both worlds use the same random draws.");
    this.message = h("p", { class: "moat-problem", role: "alert" });
    const all = h("details", { class: "moat-all" },
      h("summary", {}, `All ${catalogue.parameters.length} parameters`),
      [...groups].map(([group, rows]) => h("details", { class: "moat-group" },
        h("summary", {}, `${group}: ${catalogue.groups[group] ?? ""} (${rows.length})`), rows)));
    const onSubmit = (event) => {
      event.preventDefault();
      this.apply();
    };
    // The browser cannot show its own complaint inside a closed group, so the form checks its fields.
    this.form = h("form", { class: "moat-form", novalidate: true, onsubmit: onSubmit },
      h("div", { class: "moat-main" }, main, seed, replicate),
      all,
      this.message,
      h("button", { type: "submit", class: "moat-primary" }, "Compute this pair of worlds"));
    this.node = h("section", { class: "moat-card moat-assumptions" },
      h("h2", {}, "Now break the assumptions"),
      h("p", { class: "moat-note" }, "Change a value and watch the new pair of worlds. The exact value stands beside each slider."),
      this.form);
  }

  #number(name, label, about) {
    const id = freshId("number");
    const input = h("input", { id, type: "number", min: 0, step: 1, inputmode: "numeric" });
    this.controls.set(name, { label, input, exact: input, read: () => input.value, write: (text) => { input.value = text; } });
    return h("div", { class: "moat-control" }, h("label", { for: id }, label), input, h("p", {}, about));
  }

  #control(card, main) {
    const id = freshId("parameter");
    const noteId = freshId("note");
    const control = this.#inputs(card, { id, name: card.name, "aria-describedby": noteId }, main);
    this.controls.set(card.name, { label: card.label, ...control });
    const { input, exact } = control;
    return h("div", { class: "moat-control" },
      h("label", { for: id }, card.label),
      h("span", { class: "moat-pair" }, input, exact === input ? null : exact),
      notesOf(card, noteId, main));
  }

  #inputs(card, attributes, main) {
    const bounds = { step: card.kind === "whole" ? 1 : "any", min: card.minimum, max: card.maximum };
    if (card.kind === "switch") {
      const input = h("input", { ...attributes, type: "checkbox" });
      return { input, exact: input, read: () => String(input.checked), write: (text) => { input.checked = text === "true"; } };
    }
    if (main && hasRange(card) && card.kind !== "choice") {
      const { slider, exact, show } = sliderWithField(card, attributes, bounds);
      return { input: slider, exact, read: () => exact.value, write: show };
    }
    const input = card.kind === "choice"
      ? h("select", attributes, card.choices.map((choice) => h("option", { value: choice }, choice)))
      : h("input", { ...attributes, type: card.kind === "text" ? "text" : "number", ...(card.kind === "text" ? {} : bounds) });
    return { input, exact: input, read: () => input.value, write: (text) => { input.value = text; } };
  }

  // Values that the visitor has changed, as texts by dotted name.
  changes() {
    const changes = {};
    for (const [name, control] of this.controls) {
      if (name in this.values && control.read() !== control.shown) changes[name] = control.read();
    }
    return changes;
  }

  // scenario.values: texts by dotted name, as the server holds them.
  show(scenario) {
    this.scenario = scenario;
    this.values = scenario.values;
    for (const [name, control] of this.controls) {
      control.write(name in this.values ? this.values[name] : scenario[name]);
      control.shown = control.read();
    }
    this.showProblem("");
  }

  apply() {
    const wrong = [...this.controls].filter(([, { exact }]) => !exact.checkValidity());
    if (wrong.length > 0) {
      const lines = wrong.map(([name, { label, exact }]) => {
        const value = exact.validity.badInput ? "what you typed" : exact.value || "an empty field";
        return `${label} (${name}): ${value} is not possible; allowed: ${allowed(exact)}.`;
      });
      this.#complain(lines.join("\n"), wrong.map(([name]) => name));
      return;
    }
    this.showProblem("");
    this.onApply({
      ...this.scenario.fields,
      ...this.changes(),
      seed: this.controls.get("seed").read() || "0",
      replicate: this.controls.get("replicate").read() || "0",
      scene: "",
    });
  }

  // Show a problem of the server, and open the fields that it names.
  showProblem(text) {
    const named = [...this.controls.keys()].filter((name) => new RegExp(`(^|[^\\w.])${name.replace(".", "\\.")}(?![\\w.])`).test(text));
    this.#complain(text, named);
  }

  #complain(text, names) {
    this.message.textContent = text;
    for (const { exact } of this.controls.values()) exact.removeAttribute("aria-invalid");
    for (const name of names.slice(0, MOST_MARKED)) {
      const { exact } = this.controls.get(name);
      exact.setAttribute("aria-invalid", "true");
      for (let group = exact.closest("details"); group; group = group.parentElement.closest("details")) group.open = true;
    }
    if (names.length > 0) this.controls.get(names[0]).exact.focus();
  }
}
