// Step 1: the guess. Nothing plays, and no answer is in sight, until the visitor gives or skips it.
import { h, s } from "moat/base/dom.js";
import { percent, yearOf } from "moat/base/format.js";
import { BREADTHS, GuessCurve, MOST } from "moat/guess/curve.js";
import { keep, kept } from "moat/guess/kept.js";
import { OpennessScale } from "moat/guess/scale.js";

const PEOPLE = 10;
const FIRST = "Set all four points: drag them, or type numbers. Nothing is filled in for you.";
const LATE = "Step 3 has shown the answer, so a guess comes too late. Another preset has a new one.";

export class GuessStep {
  constructor(page) {
    this.page = page;
    this.values = BREADTHS.map(() => null);
    this.curve = new GuessCurve(this.values, (index, value) => this.#set(index, value));
    this.scale = new OpennessScale();
    this.fields = BREADTHS.map((_, index) => h("input", { type: "number", min: 0, max: MOST, step: 1,
      inputmode: "numeric", placeholder: "–", oninput: () => this.#type(index) }));
    this.lockButton = h("button", { type: "button", class: "moat-primary", onclick: () => this.#lock() },
      "Lock my guess");
    this.skipButton = h("button", { type: "button", onclick: () => page.go("watch") }, "Skip");
    this.note = h("p", { class: "moat-note", role: "status" });
    this.lede = h("p", { class: "moat-guess-lede" });
    this.head = h("div", { class: "moat-guess-head" });
    this.form = h("div", { class: "moat-guess-two" }, this.#panel(), this.scale.node);
    this.node = h("section", { class: "moat-step", "aria-label": "Guess" },
      h("h2", { class: "moat-title" }, "Before anything plays: what is your guess?"), this.lede, this.head, this.form);
  }

  #panel() {
    const labels = BREADTHS.map((breadth, index) => h("label", {}, h("b", {}, percent(breadth)), " exposed",
      this.fields[index]));
    return h("div", { class: "moat-panel" },
      h("h3", {}, "Of 100 takeovers by the opposed party, how many end in a reversal?"),
      this.curve.node,
      h("fieldset", { class: "moat-fields" },
        h("legend", {}, "Reversals of 100, by the share of voters with crypto in their retirement account"), labels),
      h("div", { class: "moat-row" }, this.lockButton, this.skipButton, this.note));
  }

  receive(message) {
    if (message.type === "scenario") this.#scenario(message);
    if (message.type === "replicates") this.#update();
  }

  #scenario(scenario) {
    if (scenario.question === this.question) return;
    this.question = scenario.question;
    const curve = scenario.replicates ? kept(this.question) : null;
    this.page.guess = curve;
    BREADTHS.forEach((_, index) => { this.values[index] = curve ? curve[index] : null; });
    this.fields.forEach((field, index) => { field.value = this.values[index] ?? ""; });
    this.#describe(scenario);
    this.#update();
  }

  #describe({ values }) {
    const number = (name) => Number(values[name]);
    const breadth = number("exposure.breadth");
    const party = (name, text) => h("strong", { class: `moat-${name}` }, text);
    this.lede.replaceChildren(`In ${yearOf(number("policy.friendly_month"))} the `, party("author", "author party"),
      ` lets retirement plans hold crypto. In January ${yearOf(number("institutions.term_months"))} the `,
      party("opponent", "opposed party"), " takes office. Will it undo the policy?");
    const holders = breadth > 0
      ? `${percent(breadth)} of voters hold some, worth ${percent(number("exposure.allocation"))} of their account`
      : "nobody holds crypto either";
    this.head.replaceChildren(world("World A", "nobody's retirement account holds crypto", 0),
      world("World B", holders, breadth),
      h("p", { class: "moat-same" }, "Same people, same luck.", h("br"), "Only this differs."));
    this.scale.show(values);
  }

  #set(index, value) {
    this.values[index] = value;
    this.fields[index].value = value ?? "";
    this.#update();
  }

  #type(index) {
    const text = this.fields[index].value;
    const value = Number(text);
    this.values[index] = text !== "" && Number.isInteger(value) && value >= 0 && value <= MOST ? value : null;
    this.#update();
  }

  get locked() { return this.page.guess !== null; }

  // A guess after the answer is none.
  get late() { return !this.locked && this.page.hundred !== null; }

  #update() {
    const closed = this.locked || this.late;
    const left = this.values.filter((value) => value === null).length;
    const wrong = this.fields.some((field) => field.value !== "" && this.values[this.fields.indexOf(field)] === null)
      || this.fields.some((field) => field.validity.badInput);
    this.curve.locked = closed;
    for (const field of this.fields) field.disabled = closed;
    this.lockButton.disabled = closed || left > 0;
    this.lockButton.hidden = closed;
    this.skipButton.textContent = closed ? "Watch one pair →" : "Skip";
    if (this.locked) this.note.textContent = "Your guess is locked. Step 3 compares it with the model.";
    else if (this.late) this.note.textContent = LATE;
    else if (wrong) this.note.textContent = `A guess is a whole number from 0 to ${MOST}.`;
    else if (left === BREADTHS.length) this.note.textContent = FIRST;
    else this.note.textContent = left ? `Points to go: ${left}.` : "All four are set. Lock your guess to go on.";
    this.curve.redraw();
  }

  #lock() {
    const { page } = this;
    page.guess = [...this.values];
    keep(this.question, page.guess);
    page.send("guess", { scene: page.scenario.scene, curve: page.guess });
    this.#update();
    page.go("watch");
  }
}

// Ten people, of whom a share holds crypto.
function world(name, about, breadth) {
  const holders = Math.round(PEOPLE * breadth);
  // Spread over the row, so that holders look like any voter.
  const holds = (index) => Math.floor((index + 1) * holders / PEOPLE) > Math.floor(index * holders / PEOPLE);
  const people = Array.from({ length: PEOPLE }, (_, index) => {
    const fill = holds(index) ? "var(--ink)" : "var(--none)";
    const body = s("g", { transform: `translate(${index * 19} 0)` }, s("circle", { cx: 8, cy: 6, r: 5, fill }),
      s("path", { d: "M1 24v-6q0-5 5-5h4q5 0 5 5v6z", fill }));
    if (holds(index)) {
      body.append(s("path", { d: "M14 15l4 4l-4 4l-4-4z", fill: "var(--paper)", stroke: "var(--ink)",
        "stroke-width": 1.5 }));
    }
    return body;
  });
  return h("figure", { class: "moat-people" }, s("svg", { width: 190, height: 26, "aria-hidden": "true" }, ...people),
    h("p", {}, h("strong", {}, name), about));
}
