// The tour: a small panel that goes through the steps. Escape ends it.
import { freshId, h, reducedMotion } from "moat/base/dom.js";

export class Tour {
  // page: the PageView; stops: [step, selector, heading, text]. Stops at steps that the page lacks are left out.
  constructor(page, stops) {
    this.page = page;
    this.stops = stops.filter(([step]) => step in page.steps);
    const id = freshId("tour");
    this.heading = h("h2", { id });
    this.text = h("p", { "aria-live": "polite" });
    this.count = h("span", { class: "moat-note" });
    const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);
    this.next = button("Next", () => this.show(this.stop + 1), { class: "moat-primary" });
    this.back = button("Back", () => this.show(this.stop - 1));
    this.node = h("aside", { class: "moat-tour", hidden: true, role: "region", "aria-labelledby": id },
      this.heading,
      this.text,
      h("div", { class: "moat-row" }, this.count, this.back, this.next, button("End the tour", () => this.end())));
    this.onKey = (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.end();
    };
  }

  start() {
    this.opener = document.activeElement;
    document.addEventListener("keydown", this.onKey);
    this.show(0);
  }

  end() {
    document.removeEventListener("keydown", this.onKey);
    this.#unmark();
    this.node.hidden = true;
    this.opener?.focus({ preventScroll: true });
  }

  // Show a stop, in its step; behind the last one the tour ends.
  show(stop) {
    this.#unmark();
    if (stop < 0 || stop >= this.stops.length) {
      this.end();
      return;
    }
    this.stop = stop;
    const [step, selector, heading, text] = this.stops[stop];
    this.page.go(step);
    this.heading.textContent = heading;
    this.text.textContent = text;
    this.count.textContent = `${stop + 1} of ${this.stops.length}`;
    this.back.disabled = stop === 0;
    this.next.textContent = stop + 1 === this.stops.length ? "Done" : "Next";
    this.node.hidden = false;
    const section = this.page.steps[step].node;
    this.target = section.querySelector(selector) ?? section;
    this.target.classList.add("moat-tour-target");
    this.target.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "nearest" });
    this.next.focus({ preventScroll: true });
  }

  #unmark() { this.target?.classList.remove("moat-tour-target"); }
}
