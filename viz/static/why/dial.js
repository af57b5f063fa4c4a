// A dial of office rent and one of choice precision: the recorded decision of both worlds, weighed anew at once.
import { clamp, freshId, h } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";
import { chosen, parametersOf, probabilities } from "moat/why/choice.js";

const STEPS = 240;
const MOST_PRECISION = 40;
const LIKELY = 0.005;

const short = (value) => String(Number(value.toFixed(3)));

class Slider {
  constructor(label, onInput) {
    const id = freshId("dial");
    this.range = h("input", { type: "range", id, min: 0, oninput: () => onInput(Number(this.range.value)) });
    this.number = h("input", { type: "number", min: 0, step: "any", "aria-label": `${label}, exact value`,
      onchange: () => this.number.value !== "" && this.number.validity.valid && onInput(Number(this.number.value)) });
    this.node = h("div", { class: "moat-slider" }, h("label", { for: id }, label), this.range, this.number);
  }

  limit(most, step) { Object.assign(this.range, { max: most, step }); }

  show(value) {
    this.range.value = value;
    this.number.value = short(value);
  }
}

export class Dial {
  // onTurn: called after each change.
  constructor(onTurn) {
    this.onTurn = onTurn;
    this.rent = new Slider("Office rent", (value) => this.turn({ office_rent: value }));
    this.precision = new Slider("Choice precision", (value) => this.turn({ choice_precision: value }));
    this.bands = h("div", { class: "moat-bands" });
    this.words = h("div", { class: "moat-dial-words", role: "status" });
    this.back = h("button", { type: "button", onclick: () => this.turn({ ...this.recorded }) },
      "Back to the recorded values");
    this.node = h("section", { class: "moat-card moat-dial", "aria-label": "What is office worth?" },
      h("h3", {}, "Turn the dial: what is office worth?"),
      h("p", { class: "moat-note" }, "The bars show what each government chooses at each office rent, with the draws it "
        + "had. Dotted: the recorded rent."),
      this.bands, this.rent.node,
      h("p", { class: "moat-ends", "aria-hidden": "true" }, h("span", {}, "policy matters most"),
        h("span", {}, "office matters most")),
      this.precision.node, this.words, this.back);
    this.dialled = {};
  }

  // decisions: those of A and B in the month shown; undefined where a world has none.
  show(film, decisions) {
    const first = decisions.find(Boolean);
    const { office_rent, choice_precision } = parametersOf(film, first);
    const before = this.recorded;
    this.film = film;
    this.decisions = decisions;
    this.recorded = { office_rent, choice_precision };
    // Another film, or a dated event that changed the parameters: start at what was recorded.
    if (before?.office_rent !== office_rent || before?.choice_precision !== choice_precision) {
      this.dialled = { ...this.recorded };
    }
    this.most = Math.max(4, 2 * office_rent);
    this.rent.limit(this.most, this.most <= 4 ? 0.05 : this.most / 80);
    this.precision.limit(Math.max(MOST_PRECISION, 2 * choice_precision), 0.5);
    this.#draw();
  }

  turn(values) {
    this.dialled = { ...this.dialled, ...values };
    if (!this.decisions) return;
    this.#draw();
    this.onTurn();
  }

  get turned() {
    return Object.keys(this.recorded ?? {}).some((name) => this.dialled[name] !== this.recorded[name]);
  }

  // Parameters of the party at a decision, at the values of the dials.
  party(decision) { return parametersOf(this.film, decision, this.dialled); }

  #draw() {
    const { office_rent: rent, choice_precision: precision } = this.dialled;
    this.rent.show(rent);
    this.precision.show(precision);
    const at = (value) => `left:${100 * clamp(value / this.most, 0, 1)}%`;
    const rows = this.decisions.map((decision, world) => h("div", { class: "moat-band-row" },
      h("span", {}, `World ${"AB"[world]}`), decision ? this.#band(decision) : h("span", {}, "no decision this month")));
    this.bands.replaceChildren(...rows,
      h("div", { class: "moat-band-marks", "aria-hidden": "true" },
        h("i", { class: "moat-recorded", style: at(this.recorded.office_rent) }),
        h("i", { class: "moat-dialled", style: at(rent) })));
    this.words.replaceChildren(...this.decisions.flatMap((decision, world) =>
      (decision ? [this.#words(decision, "AB"[world])] : [])));
    this.back.hidden = !this.turned;
  }

  // Stretches of office rent with the same choice.
  #band(decision) {
    const spans = [];
    for (let step = 0; step < STEPS; step += 1) {
      const party = { ...this.party(decision), office_rent: (this.most * (step + 0.5)) / STEPS };
      const { name, nest } = decision.moves[chosen(decision, party)];
      if (spans.at(-1)?.name === name) spans.at(-1).steps += 1;
      else spans.push({ name, nest, steps: 1 });
    }
    const label = `Choices from office rent 0 to ${short(this.most)}: ${spans.map((span) => span.name).join(", ")}`;
    return h("div", { class: "moat-band", role: "img", "aria-label": label },
    spans.map(({ name, nest, steps }) => h("span", { class: `moat-choice moat-choice-${nest} moat-choice-${name}`,
      style: `width:${(100 * steps) / STEPS}%`, title: name }, steps > STEPS / 9 ? h("b", {}, name) : "")));
  }

  #words(decision, name) {
    const party = this.party(decision);
    const place = chosen(decision, party);
    const likely = probabilities(decision, party).map((probability, i) => [decision.moves[i].name, probability])
      .filter(([, probability]) => probability >= LIKELY).sort((one, two) => two[1] - one[1]);
    const odds = likely.map(([move, probability]) => `${move} ${percent(probability)}`).join(", ");
    return h("p", { "data-world": name }, h("strong", {}, `World ${name} chooses ${decision.moves[place].name}`),
      ` at office rent ${short(party.office_rent)}${this.turned ? ` (recorded: ${decision.chosen})` : ""}. `
      + `Before the draws: ${odds}.`);
  }
}
