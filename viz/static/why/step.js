// Step 4: why each government did what it did, whose vote moved, and one voter in both worlds.
import { clamp, h } from "moat/base/dom.js";
import { balanceCard } from "moat/why/balance.js";
import { balance, bestMove, utilities } from "moat/why/choice.js";
import { Costs } from "moat/why/costs.js";
import { Numbers } from "moat/why/decisions.js";
import { Dial } from "moat/why/dial.js";
import { Moved } from "moat/why/moved.js";
import { Portrait } from "moat/why/portrait.js";
import { Timeline } from "moat/why/timeline.js";
import { decisionSentence, heading, placeOf } from "moat/why/words.js";

export class WhyStep {
  constructor(page) {
    this.page = page;
    this.month = null; // of the decision that is shown; it does not follow the clock of the film
    this.heading = h("h2", { class: "moat-why-heading" }, "Why did each government act as it did?");
    this.sentences = h("div", { class: "moat-why-sentences" });
    this.timeline = new Timeline((month) => this.select(month));
    this.balances = h("div", { class: "moat-card moat-balances" });
    this.dial = new Dial(() => this.#weigh());
    this.numbers = new Numbers();
    this.portrait = new Portrait((index) => page.send("voter", { index }));
    this.moved = new Moved(page, page.standalone ? null : (index) => this.openVoter(index));
    this.costs = new Costs();
    this.parts = h("div", { class: "moat-why" },
      this.timeline.node, this.balances,
      h("div", { class: "moat-why-cards" }, this.dial.node, this.moved.node, this.costs.node),
      this.numbers.node);
    this.node = h("section", { class: "moat-step", "aria-label": "Why?" },
      this.heading, this.sentences, this.parts, page.standalone ? null : this.#voterForm());
    this.overlay = this.portrait.node; // shown over any step
    this.parts.hidden = true;
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
    switch (message.type) {
      case "scenario": return this.#reset();
      case "portrait": return this.portrait.show(message.portrait);
      case "moved": return this.moved.show(message);
      case "costs": return this.costs.add(message);
      case "problem":
        if (message.what === "portrait") this.portrait.fail(message.text);
        if (message.what === "moved") this.moved.fail(message.text);
        if (message.what === "costs") this.costs.fail(message.text);
        return undefined;
      default: return undefined;
    }
  }

  onFilm() { this.#refresh(); }

  onShow() { this.#refresh(); }

  #reset() {
    this.month = null;
    this.picked = false; // whether the visitor chose the month
    this.asked = null;
    this.shownOf = null;
    this.moved.reset();
    this.costs.reset();
    this.parts.hidden = true;
    this.sentences.replaceChildren();
  }

  // Rebuild when the film has grown; a step of the clock changes nothing here.
  #refresh() {
    const { film, step } = this.page;
    if (step !== "why" || !film.loaded) return;
    this.#askOnce(film);
    const months = [...new Set(film.worlds.flatMap((world) => world.decisions.map((decision) => decision.month)))]
      .sort((one, two) => one - two);
    const state = `${months.length} ${Boolean(film.outcomes)} ${film.worlds.map((world) => world.events.length).join()}`;
    if (this.shownOf?.film === film && this.shownOf.state === state) return;
    this.shownOf = { film, state };
    this.parts.hidden = months.length === 0;
    if (!months.length) {
      this.heading.textContent = "Why did each government act as it did?";
      this.sentences.replaceChildren(h("p", {}, film.outcomes
        ? "The issue never reached the agenda of a government in this film." : "The decisions are loading."));
      return;
    }
    this.timeline.build(film, months, (month) => this.decisionsAt(month));
    this.select(this.picked && months.includes(this.month) ? this.month : this.#tellingMonth(months), Boolean(this.picked));
  }

  // Moved voters and realised costs are computed on request, once a film.
  #askOnce(film) {
    if (!film.outcomes || this.asked === film || this.page.standalone) return;
    this.asked = film;
    this.moved.wait();
    this.page.send("moved");
    this.costs.wait();
    this.page.send("costs");
  }

  decisionsAt(month) {
    return this.page.film.worlds.map((world) => world.decisions.find((decision) => decision.month === month));
  }

  // The first month in which the two worlds differ; else one in which office held a government back; else a move.
  #tellingMonth(months) {
    const decided = months.map((month) => [month, this.decisionsAt(month).filter(Boolean)]);
    const first = (test) => decided.find(([, both]) => test(both))?.[0];
    return first(([a, b]) => a && b && a.chosen !== b.chosen)
      ?? first((both) => both.some((decision) => decision.chosen !== decision.wanted))
      ?? first((both) => both.some((decision) => decision.chosen !== "hold")) ?? months[0];
  }

  // Show the decision of a month in both worlds. picked: whether the visitor chose it.
  select(month, picked = true) {
    const { film } = this.page;
    this.month = month;
    this.picked = picked;
    this.timeline.mark(month);
    const decisions = this.decisionsAt(month);
    this.heading.textContent = heading(month, decisions);
    this.sentences.replaceChildren(...decisions.map((decision, index) => h("p", {},
      h("strong", {}, `World ${"AB"[index]}: `),
      decision ? decisionSentence(film, decision) : "the issue was not on its agenda that month.")));
    this.numbers.show(film, month, decisions);
    this.dial.show(film, decisions);
    this.costs.show(month);
    this.#weigh();
    if (picked) this.page.announce(this.heading.textContent);
  }

  // Which moves have a balance: what was wanted and what was made; for a government that held, its best other move.
  #weighed(decision) {
    const { wanted, chosen } = decision;
    const values = utilities(decision, this.dial.party(decision));
    if (wanted === chosen && chosen !== "hold") return [[placeOf(decision, chosen), "wanted it, chose it ✓"]];
    if (wanted === chosen) {
      return values.length > 1 ? [[bestMove(values), "its best other move; it held"]] : [];
    }
    const cards = [];
    if (wanted !== "hold") cards.push([placeOf(decision, wanted), "wanted it, did not choose it ✗"]);
    if (chosen !== "hold") cards.push([placeOf(decision, chosen), "chose this instead ✓"]);
    return cards;
  }

  #weigh() {
    const cards = this.decisionsAt(this.month).flatMap((decision, index) => (decision
      ? this.#weighed(decision).map(([place, tag]) => ({ decision, index, place, tag })) : []));
    const sizes = cards.flatMap(({ decision, place }) => {
      const { policy, risk, rest } = balance(decision, place, this.dial.party(decision));
      return [policy, risk, rest].map(Math.abs);
    });
    const most = Math.max(1e-6, ...sizes);
    this.balances.replaceChildren(...cards.map(({ decision, index, place, tag }) =>
      balanceCard("AB"[index], decision, place, this.dial.party(decision), tag, most)));
  }
}
