// The guess of the visitor.
import { freshId, h } from "moat/base/dom.js";

export class Guess {
  constructor() {
    const id = freshId("guess");
    this.input = h("input", { id, type: "range", min: 0, max: 100, step: 1, value: 30 });
    this.shown = h("output", { for: id, class: "moat-guess-value" }, "30");
    this.input.addEventListener("input", () => { this.shown.textContent = this.input.value; });
    this.button = h("button", { type: "button", onclick: () => this.lock() }, "Lock my guess");
    this.note = h("p", { class: "moat-note" }, "Play locks the guess.");
    this.node = h("section", { class: "moat-guess", "aria-label": "Your guess" },
      h("h2", {}, "Your guess"),
      h("label", { for: id }, "Of 100 takeovers by the opposed party, how many bring the policy back to extreme care in World B?"),
      h("div", { class: "moat-pair" }, this.input, this.shown, this.button),
      this.note);
    this.locked = false;
  }

  get value() { return Number(this.input.value); }

  lock() {
    if (this.locked) return;
    this.#setLocked(true);
    this.note.textContent = `Locked at ${this.value} of 100. Run the 100 replicates below to compare.`;
  }

  reopen() {
    this.#setLocked(false);
    this.note.textContent = "The scenario is new, so you can guess again. Play locks the guess.";
  }

  #setLocked(locked) {
    this.locked = locked;
    this.input.disabled = locked;
    this.button.disabled = locked;
  }
}
