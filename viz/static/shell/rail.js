// The rail: the question of the page, and its steps with those that are done.
import { h } from "moat/base/dom.js";
import { QUESTION } from "moat/base/format.js";

export class Rail {
  // steps: [{ name, label }]; onGo(name).
  constructor(steps, onGo) {
    this.order = steps.map(({ name }) => name);
    this.seen = new Set();
    this.marks = new Map();
    this.buttons = new Map(steps.map(({ name, label }, index) => {
      const mark = h("i", { "aria-hidden": "true" }, String(index + 1));
      this.marks.set(name, mark);
      return [name, h("button", { type: "button", onclick: () => onGo(name) }, mark, h("span", {}, label))];
    }));
    this.node = h("header", { class: "moat-rail" },
      h("h1", {}, QUESTION),
      h("nav", { "aria-label": "Steps" }, h("ol", {}, [...this.buttons.values()].map((button) => h("li", {}, button)))));
  }

  mark(current) {
    this.seen.add(current);
    for (const [index, name] of this.order.entries()) {
      const done = this.seen.has(name) && name !== current;
      const button = this.buttons.get(name);
      if (name === current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      button.classList.toggle("moat-done", done);
      this.marks.get(name).textContent = done ? "✓" : String(index + 1);
    }
  }

  focus(name) { this.buttons.get(name).focus({ preventScroll: true }); }
}
