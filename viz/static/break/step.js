// Step 5: break the result. Three settings side by side, the phase map, and the assumptions.
import { h } from "moat/base/dom.js";
import { Assumptions } from "moat/break/assumptions.js";
import { Contrast } from "moat/break/contrast.js";
import { PhaseMap } from "moat/break/phase_map.js";

export class BreakStep {
  constructor(page) {
    this.page = page;
    this.assumptions = new Assumptions(page.catalogue, (fields) => this.#compute(fields));
    this.contrast = new Contrast((fields) => page.compute(fields, "watch"));
    this.map = new PhaseMap({
      onCompute: (axis) => {
        this.map.begin();
        page.send("map", { axis });
      },
      onCancel: () => page.send("cancel-map"),
      onOpen: (fields, step) => page.compute(fields, step),
      announce: (text) => page.announce(text),
    });
    this.node = h("section", { class: "moat-step", "aria-label": "Break it" },
      h("h2", { class: "moat-title" }, "The same model can end in a moat, in nothing, or in a trapdoor."),
      this.contrast.node,
      h("div", { class: "moat-break" }, this.map.node, this.assumptions.node));
  }

  onShow() {
    if (this.requested) return;
    this.requested = true;
    this.page.send("contrast");
  }

  receive(message) {
    switch (message.type) {
      case "scenario":
        this.#scenario(message);
        break;
      case "contrast":
        this.contrast.show(message);
        break;
      case "map":
        if (message.question === this.page.scenario?.question) this.map.show(message, this.page.scenario);
        break;
      case "wait":
        if (message.what === "map") this.map.wait(message.place);
        break;
      case "problem":
        this.#fail(message);
        break;
      default:
    }
  }

  #scenario(scenario) {
    this.pending = false;
    this.assumptions.show(scenario);
    if (scenario.question !== this.question) this.map.clear(scenario.replicates);
    this.question = scenario.question;
  }

  // The film begins in step 2, in view. If the server refuses the values, the form comes back with the reason.
  #compute(fields) {
    this.pending = true;
    this.page.compute(fields, "watch");
  }

  #fail({ what, text }) {
    if (what === "map") this.map.fail(text);
    if (what === "contrast") {
      this.requested = false;
      this.contrast.fail(text);
    }
    if (what !== "film" || !this.pending) return;
    this.pending = false;
    this.page.go("break");
    this.assumptions.showProblem(text);
  }
}
