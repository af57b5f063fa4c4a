// The rail: the question of the page, its steps with those that are done, and the buttons that help.
import { h } from "moat/base/dom.js";
import { QUESTION } from "moat/base/format.js";

export class Rail {
  // steps: [{ name, label }]; onGo(name); tools: buttons at its end.
  constructor(steps, onGo, tools) {
    this.order = steps.map(({ name }) => name);
    this.done = new Set();
    this.entries = new Map(steps.map(({ name, label }) => {
      const mark = h("i", { "aria-hidden": "true" });
      const state = h("span", { class: "moat-hidden" });
      const button = h("button", { type: "button", "data-step": name, onclick: () => onGo(name) },
        mark, h("span", { class: "moat-rail-label" }, label), state);
      return [name, { button, mark, state }];
    }));
    const items = [...this.entries.values()].map(({ button }) => h("li", {}, button));
    this.label = h("p", { class: "moat-rail-current", "aria-hidden": "true" }); // shown where the screen is narrow
    this.labels = new Map(steps.map(({ name, label }) => [name, label]));
    this.node = h("header", { class: "moat-rail" },
      h("h1", {}, QUESTION), this.label, h("nav", { "aria-label": "Steps" }, h("ol", {}, items)),
      h("div", { class: "moat-tools" }, tools));
  }

  // possible(name): whether the scenario has this step.
  mark(current, possible = () => true) {
    this.done.add(current);
    this.label.textContent = this.labels.get(current);
    for (const [index, name] of this.order.entries()) {
      const { button, mark, state } = this.entries.get(name);
      const done = this.done.has(name) && name !== current;
      if (name === current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      button.disabled = !possible(name);
      button.classList.toggle("moat-done", done);
      mark.textContent = done ? "✓" : String(index + 1);
      state.textContent = done ? " (done)" : "";
    }
  }
}
