// Step 1: the guess, before anything plays.
import { h } from "moat/base/dom.js";
import { Guess } from "moat/guess/guess.js";

export class GuessStep {
  constructor(page) {
    this.page = page;
    this.form = new Guess();
    this.node = h("section", { class: "moat-step", "aria-label": "Guess" }, this.form.node,
      h("p", { class: "moat-next" }, h("button", { type: "button", class: "moat-primary",
        onclick: () => this.#lock() }, "Watch one pair")));
  }

  #lock() {
    this.form.lock();
    this.page.guess = this.form.value;
    this.page.go("watch");
  }

  receive(message) {
    if (message.type !== "scenario" || message.question === this.question) return;
    if (this.question) this.form.reopen();
    this.question = message.question;
  }
}
