// Step 4: the decisions of both governments, and one voter in both worlds.
import { clamp, h } from "moat/base/dom.js";
import { decisionsTable } from "moat/why/decisions.js";
import { Portrait } from "moat/why/portrait.js";

export class WhyStep {
  constructor(page) {
    this.page = page;
    this.decisions = h("div", {});
    this.portrait = new Portrait((index) => page.send("voter", { index }));
    this.node = h("section", { class: "moat-step", "aria-label": "Why?" },
      h("h2", {}, "Government decisions: polls, utilities and choices"), this.decisions,
      page.standalone ? null : this.#voterForm());
    this.overlay = this.portrait.node; // shown over any step
  }

  #voterForm() {
    this.voterNumber = h("input", { type: "number", min: 0, value: 0, "aria-label": "Number of a voter" });
    const onsubmit = (event) => {
      event.preventDefault();
      this.openVoter(Number(this.voterNumber.value));
    };
    return h("form", { class: "moat-voter-form", onsubmit },
      h("span", {}, "Open a voter by her number:"), this.voterNumber, h("button", { type: "submit" }, "Open"));
  }

  // Show one voter in both worlds, in a dialog over any step.
  openVoter(index) {
    if (this.page.standalone) return;
    this.page.player.pause();
    this.portrait.request(clamp(Math.trunc(index) || 0, 0, (this.page.film.title?.voters ?? 1) - 1));
  }

  receive(message) {
    if (message.type === "portrait") this.portrait.show(message.portrait);
    if (message.type === "problem" && message.what === "portrait") this.portrait.fail(message.text);
  }

  onFilm() { this.#refresh(); }

  onMonth() { this.#refresh(); }

  onShow() { this.#refresh(); }

  #refresh() {
    const { film, step } = this.page;
    if (step !== "why" || !film.loaded) return;
    this.decisions.replaceChildren(decisionsTable(film, film.loaded));
  }
}
