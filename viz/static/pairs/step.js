// Step 3: a hundred pairs. Was it luck?
import { h, reducedMotion } from "moat/base/dom.js";
import { Answer } from "moat/pairs/answer.js";
import { Curve } from "moat/pairs/curve.js";
import { Fans } from "moat/pairs/fans.js";
import { Strips } from "moat/pairs/strips.js";
import { armsOf } from "moat/pairs/words.js";

export class PairsStep {
  constructor(page) {
    this.page = page;
    this.answer = new Answer();
    this.strips = new Strips((replicate) => this.#play(replicate));
    this.curve = new Curve();
    this.fans = new Fans();
    this.again = h("button", { type: "button", hidden: true, onclick: () => this.#run() }, "Try again");
    this.node = h("section", { class: "moat-step", "aria-label": "A hundred pairs" },
      this.answer.node, this.again,
      h("div", { class: "moat-hundred" }, this.strips.node, this.curve.node),
      this.fans.about, this.fans.node);
  }

  onShow() {
    this.#run();
    if (this.page.hundred) this.#show(this.page.hundred); // the guess may be new
  }

  receive(message, buffers) {
    const own = message.what === "replicates";
    if (message.type === "scenario") this.#scenario(message);
    else if (message.type === "replicates") this.#show(message);
    else if (message.type === "fans") this.fans.show(message, buffers[0]);
    else if (message.type === "wait" && own) this.#wait(message.place);
    else if (message.type === "problem" && own) this.#fail(message.text);
  }

  #scenario(scenario) {
    this.strips.mark(scenario.replicate);
    this.fans.mark(scenario.replicate);
    if (scenario.question === this.question) return;
    this.question = scenario.question;
    this.requested = false;
    this.strips.clear();
    this.curve.clear();
    this.fans.clear();
    this.again.hidden = true;
    this.answer.clear(scenario.replicates ? "A hundred pairs: was it luck?"
      : `No hundred pairs here: ${scenario.no_replicates}.`);
    if (this.page.step === "pairs") this.#run();
  }

  #run() {
    const { scenario } = this.page;
    if (this.requested || !scenario?.replicates) return;
    this.requested = true;
    this.again.hidden = true;
    this.answer.clear("Playing a hundred pairs…");
    this.page.send("replicates");
  }

  #wait(place) {
    if (!this.page.hundred) this.answer.clear(place > 0 ? `Requests ahead of yours: ${place}.`
      : "Playing a hundred pairs…");
  }

  #fail(text) {
    this.requested = false;
    this.answer.clear(text);
    this.again.hidden = !this.page.scenario.replicates;
  }

  #show({ rows, curve, paired, breadth, total, margin, more }) {
    this.requested = true;
    const done = rows.length === total;
    const answer = paired.find((each) => each.breadth === breadth);
    this.curve.show(curve, breadth, this.page.guess, done);
    if (!done) {
      this.answer.clear(`Same luck, ${total} times: ${rows.length} pairs so far…`);
    } else if (answer) {
      const restricted = [0, 1].map((world) => rows.filter((row) => {
        const arm = armsOf(row, breadth)[world];
        return arm.restricted && !arm.reversed;
      }).length);
      this.answer.show(answer, margin, restricted, more);
    } else {
      this.answer.clear("Nobody holds crypto in World B either, so the worlds of each pair are equal.");
    }
    this.strips.show(rows, breadth);
  }

  // Play a pair where the film is in view.
  #play(replicate) {
    const { page } = this;
    if (replicate !== page.scenario.replicate) {
      page.compute({ ...page.scenario.fields, replicate: String(replicate) }, "watch");
      return;
    }
    page.go("watch");
    if (!page.film.loaded || reducedMotion()) return;
    page.player.seek(0);
    page.player.play();
  }
}
