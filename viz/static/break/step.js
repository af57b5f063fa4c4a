// Step 5: break the result by changing assumptions.
import { h } from "moat/base/dom.js";
import { Assumptions } from "moat/break/assumptions.js";

export class BreakStep {
  constructor(page) {
    this.assumptions = new Assumptions(page.catalogue, (fields) => page.compute(fields, "watch"));
    this.node = h("section", { class: "moat-step", "aria-label": "Break it" }, this.assumptions.node);
  }

  receive(message) {
    if (message.type === "scenario") this.assumptions.show(message);
    if (message.type === "problem" && message.what === "film") this.assumptions.showProblem(message.text);
  }
}
