// The page: its steps, the film that they share, and the messages between them and the server. `model` is anywidget's;
// in a file, and before the server answers, an object with the same methods stands in for it.
import { h } from "moat/base/dom.js";
import { DISCLAIMER } from "moat/base/format.js";
import { BreakStep } from "moat/break/step.js";
import { GuessStep } from "moat/guess/step.js";
import { PairsStep } from "moat/pairs/step.js";
import { Address } from "moat/shell/address.js";
import { watchConnection } from "moat/shell/connection.js";
import { Glossary } from "moat/shell/glossary.js";
import { listenToKeys } from "moat/shell/keys.js";
import { Rail } from "moat/shell/rail.js";
import { Scenes } from "moat/shell/scenes.js";
import { Tour } from "moat/shell/tour.js";
import { Film } from "moat/watch/film.js";
import { Player } from "moat/watch/player.js";
import { WatchStep } from "moat/watch/step.js";
import { WhyStep } from "moat/why/step.js";

const COMPUTING = "Computing both worlds…";
// Name, label, class, and whether a file with one film can show it.
const STEPS = [
  { name: "guess", label: "Guess", Step: GuessStep, needsServer: true },
  { name: "watch", label: "Watch one pair", Step: WatchStep, needsServer: false },
  { name: "pairs", label: "A hundred pairs", Step: PairsStep, needsServer: true },
  { name: "why", label: "Why?", Step: WhyStep, needsServer: false },
  { name: "break", label: "Break it", Step: BreakStep, needsServer: true },
];

// The step after each step, and what the button that leads there says. The guess has its own.
const NEXT = {
  watch: ["pairs", "Was it luck? Play 100 pairs"],
  pairs: ["why", "Why?"],
  why: ["break", "Break it"],
};

const NEEDS_TAKEOVER = ["guess", "pairs"];

export class PageView {
  constructor(model, root) {
    this.model = model;
    this.catalogue = JSON.parse(model.get("catalogue"));
    this.standalone = this.catalogue.standalone;
    this.film = new Film();
    this.player = new Player((month, isNewMonth) => this.#eachStep("onMonth", month, isNewMonth));
    this.scenario = null;
    this.hundred = null; // the last `replicates` message of this question
    this.guess = null; // set by the step of the guess
    this.stepSpecs = STEPS.filter((spec) => !(this.standalone && spec.needsServer));
    this.announcement = h("p", { class: "moat-hidden", role: "status" });
    this.status = h("p", { class: "moat-status", role: "status" });
    this.scenes = new Scenes(this.catalogue.scenes, (name) => this.compute({ scene: name }));
    this.next = h("button", { type: "button", class: "moat-next moat-primary", onclick: () => this.#goNext() });
    this.connection = h("p", { class: "moat-connection", role: "status" });
    this.glossary = new Glossary(this.catalogue.glossary);
    this.rail = new Rail(this.stepSpecs, (name) => this.go(name), [
      h("button", { type: "button", onclick: () => this.tour.start() }, "Tour"),
      h("button", { type: "button", onclick: () => this.glossary.open() }, "Glossary"),
    ]);
    this.steps = Object.fromEntries(this.stepSpecs.map(({ name, Step }) => [name, new Step(this)]));
    for (const { node } of Object.values(this.steps)) node.tabIndex = -1;
    this.node = this.#layOut();
    this.tour = new Tour(this, this.catalogue.tour);
    this.glossary.listenIn(this.node);
    root.replaceChildren(this.node, this.tour.node);
    this.onMessage = (message, buffers) => this.receive(message, buffers ?? []);
    model.on("msg:custom", this.onMessage);
    window.moat = this; // for tests, and for students who open the console
    this.live = !model.queued;
    this.address = new Address((step, address, fields) => this.#returnTo(step, address, fields));
    this.#show(this.#known(this.address.step));
    requestAnimationFrame(() => { this.firstFrame = performance.now(); }); // read by the benchmark
    const stopKeys = listenToKeys(this);
    this.#watchServer();
    const resized = new ResizeObserver(() => this.film.loaded && this.player.repaint());
    resized.observe(this.node);
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => this.film.loaded && this.player.repaint();
    scheme.addEventListener("change", repaint);
    this.send("ready", { query: this.address.query });
    this.close = () => {
      stopKeys();
      this.stopWatching?.();
      resized.disconnect();
      scheme.removeEventListener("change", repaint);
      this.address.close();
      this.model.off("msg:custom", this.onMessage);
      this.player.pause();
    };
  }

  // Continue a film that was preloaded in the page, now with a server.
  connect(model, root) {
    const { queued } = this.model;
    this.model = model;
    model.on("msg:custom", this.onMessage);
    root.replaceChildren(this.node, this.tour.node);
    // The page holds the whole film, even if its last chunks are still being unpacked.
    this.send("ready", { query: this.address.query, have: this.scenario.address });
    for (const message of queued) model.send(message);
    this.live = true;
    this.#watchServer();
  }

  // Say in one line when the server is gone, and what to do when it is back.
  #watchServer() {
    if (!this.live) return;
    this.stopWatching = watchConnection((text, mayReload) => {
      this.connection.replaceChildren(text);
      if (mayReload) {
        this.connection.append(" ", h("button", { type: "button", onclick: () => location.reload() }, "Reload"));
      }
    });
  }

  send(type, content = {}) { this.model.send({ type, ...content }); }

  // Tell screen readers a sentence.
  announce(text) { this.announcement.textContent = text; }

  // Show a step, as a new entry of the history.
  go(name) {
    if (!this.steps[name]) return;
    this.#show(name);
    this.address.sync(this.scenario?.address, this.step);
  }

  // Request the film of a scenario and show a step: one entry of the history, made when the scenario arrives.
  compute(fields, step = this.step) {
    this.player.pause();
    this.status.textContent = COMPUTING;
    this.#show(this.#known(step));
    this.send("film", { fields });
  }

  // Choose a preset by its place in the row.
  pickDigit(digit) {
    const name = this.scenes.names[digit];
    if (name && !this.standalone) this.compute({ scene: name });
  }

  receive(message, buffers) {
    switch (message.type) {
      case "scenario":
        if (this.#start(message)) break;
        return;
      case "piece":
        this.#append(message, buffers);
        return;
      case "replicates":
        this.hundred = message;
        break;
      case "wait":
        if (message.what === "film") this.#wait(message.place);
        break;
      case "problem":
        if (message.what === "film") this.#fail(message.text);
        break;
      default:
    }
    this.#eachStep("receive", message, buffers);
  }

  #eachStep(method, ...values) {
    for (const step of Object.values(this.steps)) step[method]?.(...values);
  }

  // The step after this one that the page has.
  #nextStep() {
    const [name, text] = NEXT[this.step] ?? [];
    const isThere = name !== "pairs" || (this.steps.pairs && this.#possible("pairs"));
    return isThere ? [name, text] : NEXT.pairs;
  }

  #goNext() { this.go(this.#nextStep()[0]); }

  #known(name) { return name in this.steps ? name : this.stepSpecs[0].name; }

  // A history has no takeover, and some worlds are too large: nothing to guess, and no hundred pairs.
  #possible(name) { return !NEEDS_TAKEOVER.includes(name) || (this.scenario?.replicates ?? true); }

  #show(name) {
    const wanted = this.#possible(name) ? name : "watch";
    const previous = this.steps[this.step];
    const isNew = this.step !== wanted;
    this.step = wanted;
    this.node.dataset.step = wanted;
    this.rail.mark(wanted, (each) => this.#possible(each));
    const [next, text] = this.#nextStep();
    this.next.hidden = !(next in this.steps);
    this.next.textContent = `${text} →`;
    if (!isNew) return;
    for (const [each, step] of Object.entries(this.steps)) step.node.hidden = each !== wanted;
    previous?.onHide?.();
    this.steps[wanted].onShow?.();
    if (!previous) return;
    window.scrollTo({ top: 0 });
    this.steps[wanted].node.focus({ preventScroll: true }); // so that Space plays, and Tab goes on from here
  }

  // Back and Forward: an entry of the history holds a step and the fields of its scenario.
  #returnTo(step, address, fields) {
    this.#show(this.#known(step));
    if (address !== this.scenario?.address) this.send("film", { fields });
  }

  #layOut() {
    return h("main", { class: "moat", id: "moat" },
      this.rail.node,
      this.standalone ? null : this.scenes.node,
      this.next,
      this.connection,
      this.status,
      this.announcement,
      Object.values(this.steps).map((step) => step.node),
      this.#footer(),
      this.glossary.node,
      Object.values(this.steps).map((step) => step.overlay));
  }

  #footer() {
    const { version, code, pages } = this.catalogue;
    const links = pages.map(([href, text]) => [h("a", { href }, text), " "]);
    return h("footer", { class: "moat-foot" },
      h("p", {}, h("strong", {}, DISCLAIMER), " No result is built in: the same code can produce a moat, a trapdoor, "
        + `or no effect. Version ${version}, code ${code}.`),
      this.standalone ? null : h("p", {}, links));
  }

  // Returns whether the steps must hear of the scenario: not if its film came with the page.
  #start(scenario) {
    const previous = this.scenario;
    this.scenario = scenario;
    if (scenario.held) {
      this.adoptedFilm = scenario.film;
      return false;
    }
    this.film = new Film();
    this.player.pause();
    this.player.load(this.film);
    if (previous?.question !== scenario.question) this.hundred = null;
    this.scenes.mark(scenario.scene);
    const closed = this.steps.pairs && scenario.no_replicates ? `Steps 1 and 3 are closed: ${scenario.no_replicates}.` : "";
    this.status.textContent = [scenario.notice, closed].filter(Boolean).join("\n");
    this.#show(this.step);
    if (!this.standalone) this.address.sync(scenario.address, this.step);
    return true;
  }

  async #append(message, buffers) {
    const { film } = this;
    if (message.film !== this.scenario.film) return; // the visitor has asked for another film since
    await film.add(message.content, buffers);
    if (film === this.film && this.waiting) {
      this.waiting = false;
      this.status.textContent = this.scenario.notice ?? "";
    }
    if (film === this.film) this.#eachStep("onFilm", film);
  }

  #wait(place) {
    this.waiting = true;
    this.status.textContent = place > 0
      ? `Requests ahead of yours: ${place}. The film starts as soon as it is ready.` : COMPUTING;
  }

  #fail(text) {
    this.status.textContent = text;
    this.address.sync(this.scenario?.address, this.step);
  }
}

