// The tour of the page.
import { freshId, h, reducedMotion } from "moat/base/dom.js";

export class Tour {
  // steps: [selector, heading, text]
  constructor(steps, root) {
    this.steps = steps;
    this.root = root;
    const id = freshId("tour");
    this.heading = h("h2", { id });
    this.text = h("p", { "aria-live": "polite" });
    this.count = h("span", { class: "moat-note" });
    const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);
    this.next = button("Next", () => this.show(this.step + 1), { class: "moat-primary" });
    this.node = h("aside", { class: "moat-tour", hidden: true, role: "region", "aria-labelledby": id },
      this.heading,
      this.text,
      h("div", { class: "moat-row" },
        this.count,
        button("Back", () => this.show(this.step - 1)),
        this.next,
        button("End the tour", () => this.show(-1))));
  }

  // Show a step; a number outside the tour ends it.
  show(step) {
    this.root.querySelector(".moat-tour-target")?.classList.remove("moat-tour-target");
    this.step = step;
    this.node.hidden = step < 0 || step >= this.steps.length;
    if (this.node.hidden) return;
    const [selector, heading, text] = this.steps[step];
    this.heading.textContent = heading;
    this.text.textContent = text;
    this.count.textContent = `Step ${step + 1} of ${this.steps.length}`;
    this.next.textContent = step + 1 === this.steps.length ? "Done" : "Next";
    const target = this.root.querySelector(selector);
    target?.classList.add("moat-tour-target");
    target?.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "center" });
    this.next.focus({ preventScroll: true });
  }
}
