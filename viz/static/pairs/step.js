// Step 3: a hundred pairs.
import { h } from "moat/base/dom.js";
import { Replicates } from "moat/pairs/replicates.js";

export class PairsStep {
  constructor(page) {
    this.page = page;
    this.replicates = new Replicates(() => this.#run(),
      (replicate) => page.compute({ ...page.scenario.fields, replicate: String(replicate) }, "watch"));
    this.node = h("section", { class: "moat-step", "aria-label": "A hundred pairs" }, this.replicates.node);
  }

  #run() {
    this.page.send("replicates");
    this.replicates.button.disabled = true;
    this.replicates.wait(0);
  }

  receive(message) {
    if (message.type === "scenario" && message.question !== this.question) {
      this.question = message.question;
      this.replicates.reset(message.replicates);
    }
    if (message.type === "replicates") this.replicates.show(message, this.page.guess ?? 0);
    if (message.type === "wait" && message.what === "replicates") this.replicates.wait(message.place);
    if (message.type === "problem" && message.what === "replicates") this.replicates.fail(message.text);
  }
}
