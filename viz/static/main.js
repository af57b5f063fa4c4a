// The page: builds its parts and passes messages between them and the server. `model` is anywidget's; in a standalone
// file, and before the server answers, an object with the same methods stands in for it.
import { CHARTS, Chart, Ribbon } from "./charts.js";
import { Assumptions, Scenes, decisionsTable, outcomesTable } from "./controls.js";
import { DISCLAIMER, PARTY, QUESTION, ROLE, clamp, dateOf, h, lastMonth, percent, reducedMotion, saveFile }
  from "./dom.js";
import { Film } from "./film.js";
import { Player, Transport, listenToKeys } from "./player.js";
import { Portrait } from "./portrait.js";
import { Guess, Replicates } from "./replicates.js";
import { Share, Tour } from "./share.js";
import { Voters } from "./voters.js";

const HIGHLIGHT_MONTHS = 3;
const COMPUTING = "Computing both worlds…";

class WorldPanel {
  constructor(name, onPick) {
    this.heading = h("h2", {}, `World ${name}`);
    this.voters = new Voters(`World ${name}: every voter, ideology across, age up`, onPick);
    this.lastElection = h("p", { class: "moat-election", "aria-hidden": "true" });
    this.ribbon = new Ribbon(name);
    this.caption = h("p", { class: "moat-office" });
    this.node = h("section", { class: "moat-world", "aria-label": `World ${name}` },
      this.heading,
      h("div", { class: "moat-stage" }, this.voters.canvas, this.lastElection,
        h("span", { class: "moat-axis moat-west" }, "◀ opposed"),
        h("span", { class: "moat-axis moat-east" }, "author ▶")),
      h("div", { class: "moat-stage" }, this.ribbon.svg, this.ribbon.labels),
      this.caption);
  }

  show(film, world, month) {
    this.voters.draw(world.places, film.snapshotAt(world, Math.floor(month)).data);
    const latest = Math.min(lastMonth(month), world.series.office.length - 1);
    const election = world.elections.findLast((each) => each.month < month);
    const colours = election ? "the last ballot" : "partisanship until the first election";
    this.caption.textContent = `${PARTY[ROLE[world.series.office[latest]]]} in office; openness `
      + `${world.series.openness[latest].toFixed(2)}; colours show ${colours}.`;
    this.lastElection.textContent = election
      ? `${dateOf(election.month)}: author party ${percent(election.share, 1)}` : "";
    const recent = Boolean(election) && month - election.month < HIGHLIGHT_MONTHS;
    this.lastElection.classList.toggle("moat-highlighted", recent && !reducedMotion());
  }
}

function legend() {
  const entry = (text, name) => h("span", { class: name }, text);
  return h("p", { class: "moat-legend" },
    entry("■ author party (made the policy)", "moat-author"),
    entry("✚ opposed party", "moat-opponent"),
    entry("· did not vote"),
    entry("dark: holds crypto"),
    entry("larger: high salience (threatened stake)"),
    entry("✕ back to extreme care"),
    entry("▨ deterred by the next election"));
}

class PageView {
  constructor(model, root) {
    this.model = model;
    this.catalogue = JSON.parse(model.get("catalogue"));
    this.standalone = this.catalogue.standalone;
    this.film = new Film();
    this.player = new Player((month, isNewMonth) => this.show(month, isNewMonth));
    this.#createParts();
    this.node = this.#layOut();
    this.tour = new Tour(this.catalogue.tour, this.node);
    root.replaceChildren(this.node, this.tour.node);
    const stopKeys = listenToKeys(this.player, (digit) => this.#pickDigit(digit), () => this.guess.lock());
    const resized = new ResizeObserver(() => this.film.loaded && this.player.repaint());
    resized.observe(this.worlds[0].voters.canvas);
    this.onMessage = (message, buffers) => this.receive(message, buffers ?? []);
    model.on("msg:custom", this.onMessage);
    window.moat = this; // for tests, and for students who open the console
    this.live = !model.queued;
    this.send("ready", { query: location.search });
    this.close = () => {
      stopKeys();
      resized.disconnect();
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
    this.send("ready", { query: location.search, have: this.scenario.address });
    for (const message of queued) model.send(message);
    this.live = true;
  }

  send(type, content = {}) { this.model.send({ type, ...content }); }

  #createParts() {
    const { catalogue, player } = this;
    this.lede = h("p", { class: "moat-lede" }, "Setting up two worlds with the same people and the same random draws.");
    this.announcement = h("p", { class: "moat-hidden", role: "status" });
    this.status = h("p", { class: "moat-status", role: "status" });
    this.scenes = new Scenes(catalogue.scenes, (name) => this.#pick(name));
    this.worlds = ["A", "B"].map((name) => new WorldPanel(name, (index) => this.#openVoter(index)));
    this.transport = new Transport(player, () => this.guess.lock());
    this.charts = CHARTS.map((spec) => new Chart(spec));
    this.guess = new Guess();
    this.replicates = new Replicates(() => this.#runReplicates(),
      (replicate) => this.#compute({ ...this.scenario.fields, replicate: String(replicate) }));
    this.portrait = new Portrait((index) => this.send("voter", { index }));
    this.assumptions = new Assumptions(catalogue, (fields) => this.#compute(fields));
    this.share = new Share(this, () => this.send("page"));
    this.decisions = h("div", {});
    this.decisionsDrawer = h("details", { class: "moat-drawer", ontoggle: () => this.#showDecisions() },
      h("summary", {}, "Government decisions: polls, utilities and choices"), this.decisions);
    this.outcomes = h("div", { class: "moat-numbers" });
    this.voterNumber = h("input", { type: "number", min: 0, value: 0, "aria-label": "Number of a voter" });
  }

  #layOut() {
    const unlessStandalone = (...nodes) => (this.standalone ? [] : nodes);
    return h("main", { class: "moat", id: "moat" },
      h("header", { class: "moat-head" },
        unlessStandalone(this.scenes.node), h("h1", {}, QUESTION), this.lede, this.announcement, this.status),
      h("div", { class: "moat-worlds" }, this.worlds.map((world) => world.node)),
      this.transport.node,
      h("div", { class: "moat-under" }, legend(), unlessStandalone(this.#voterForm())),
      h("div", { class: "moat-charts" }, this.charts.map((chart) => chart.node)),
      h("div", { class: "moat-two" }, unlessStandalone(this.guess.node), this.outcomes),
      unlessStandalone(this.replicates.node),
      this.decisionsDrawer,
      unlessStandalone(this.assumptions.node),
      this.share.node,
      this.#footer(),
      unlessStandalone(this.portrait.node));
  }

  #voterForm() {
    const onsubmit = (event) => {
      event.preventDefault();
      this.#openVoter(Number(this.voterNumber.value));
    };
    return h("form", { class: "moat-voter-form", onsubmit },
      h("span", {}, "Click a voter, or enter a number:"), this.voterNumber, h("button", { type: "submit" }, "Open"));
  }

  #footer() {
    const { version, code, pages } = this.catalogue;
    const links = h("p", {},
      h("button", { type: "button", onclick: () => this.tour.show(0) }, "Take the tour"), " ",
      pages.map(([href, text]) => [h("a", { href }, text), " "]));
    return h("footer", { class: "moat-foot" },
      h("p", {}, h("strong", {}, DISCLAIMER), " No result is built in: the same code can produce a moat, a trapdoor, "
        + `or no effect. Version ${version}, code ${code}.`),
      this.standalone ? null : links);
  }

  #pick(name) { this.#compute({ scene: name }); }

  #pickDigit(digit) {
    const name = this.scenes.names[digit];
    if (name && !this.standalone) this.#pick(name);
  }

  #compute(fields) {
    this.player.pause();
    this.status.textContent = COMPUTING;
    this.send("film", { fields });
  }

  #runReplicates() {
    this.guess.lock();
    this.player.pause();
    this.send("replicates");
    this.replicates.button.disabled = true;
    this.replicates.wait(0);
  }

  #openVoter(index) {
    if (this.standalone) return;
    this.player.pause();
    this.portrait.request(clamp(Math.trunc(index) || 0, 0, (this.film.title?.voters ?? 1) - 1));
  }

  receive(message, buffers) {
    switch (message.type) {
      case "scenario": return this.#start(message);
      case "piece": return this.#append(message, buffers);
      case "wait": return this.#wait(message);
      case "replicates": return this.replicates.show(message, this.guess.value);
      case "portrait": return this.portrait.show(message.portrait);
      case "page": return saveFile(message.name, message.text, "text/html");
      case "problem": return this.#fail(message);
      default: return undefined;
    }
  }

  #start(scenario) {
    const previous = this.scenario;
    this.scenario = scenario;
    if (scenario.held) { // the film came with the page
      this.adoptedFilm = scenario.film;
      return;
    }
    this.film = new Film();
    this.player.pause();
    this.player.load(this.film);
    this.begun = false;
    this.scenes.mark(scenario.scene);
    this.assumptions.show(scenario);
    this.share.show(scenario);
    this.outcomes.replaceChildren();
    this.status.textContent = scenario.notice ?? "";
    if (previous?.question !== scenario.question) {
      this.replicates.reset(scenario.replicates);
      if (previous) this.guess.reopen();
    }
    if (previous && !this.standalone) history.replaceState(null, "", `?${scenario.address}`);
  }

  async #append(message, buffers) {
    const { film } = this;
    if (message.film !== this.scenario.film) return; // the visitor has asked for another film since
    await film.add(message.content, buffers);
    if (film !== this.film) return;
    if (message.content.part === "title") this.#showTitle();
    else if (message.content.part === "months") {
      this.#rebuild();
      if (!this.begun) this.#begin();
    } else this.#finish();
  }

  #showTitle() {
    const { title } = this.film;
    this.transport.build(this.film);
    this.voterNumber.max = title.voters - 1;
    this.worlds[0].heading.textContent = "World A: no crypto in retirement accounts";
    this.worlds[1].heading.textContent = title.breadth > 0
      ? `World B: ${percent(title.breadth)} of voters hold crypto` : "World B: nobody holds crypto either";
  }

  #begin() {
    this.begun = true;
    requestAnimationFrame(() => { this.firstFrame = performance.now(); }); // read by the benchmark
    this.player.seek(0);
    // With reduced motion the page shows the last month instead.
    this.waitsForEnd = reducedMotion();
    if (!this.waitsForEnd) this.player.play();
  }

  #finish() {
    const { film } = this;
    this.outcomes.replaceChildren(film.outcomes.length ? outcomesTable(film)
      : h("p", { class: "moat-note" }, "This is one history, in which elections decide who governs. It shows what can "
        + "happen, not how often."));
    if (!this.waitsForEnd) return;
    this.waitsForEnd = false;
    this.player.seek(this.player.end);
  }

  #rebuild() {
    this.worlds.forEach((panel, index) => panel.ribbon.build(this.film, this.film.worlds[index]));
    for (const chart of this.charts) chart.build(this.film);
    this.player.repaint();
  }

  // Called by the player for each frame.
  show(month, isNewMonth) {
    const { film } = this;
    if (film.loaded === 0) return;
    const share = month / film.title.months;
    for (const part of [...this.worlds.map((panel) => panel.ribbon), ...this.charts]) part.uncover(share);
    if (!isNewMonth) return;
    this.worlds.forEach((panel, index) => panel.show(film, film.worlds[index], month));
    for (const chart of this.charts) chart.show(lastMonth(month));
    this.transport.show(month);
    this.lede.textContent = film.sentence(month);
    const atEnd = month >= film.title.months;
    // Screen readers get the sentence when the film stops, not every month.
    if (!this.player.playing || atEnd) this.announcement.textContent = this.lede.textContent;
    if (!this.player.playing) this.#showDecisions();
  }

  #showDecisions() {
    if (!this.decisionsDrawer.open || !this.film.loaded) return;
    this.decisions.replaceChildren(decisionsTable(this.film, this.player.month));
  }

  #wait({ what, place }) {
    if (what === "replicates") this.replicates.wait(place);
    else if (what === "film") {
      this.status.textContent = place > 0
        ? `Requests ahead of yours: ${place}. The film starts as soon as it is ready.` : COMPUTING;
    }
  }

  #fail({ what, text }) {
    if (what === "portrait") this.portrait.fail(text);
    else if (what === "replicates") this.replicates.fail(text);
    else {
      this.status.textContent = text;
      this.assumptions.showProblem(text);
    }
  }
}

const textOf = (id) => document.getElementById(id).textContent;
const bytesOfBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

// Show the film whose JSON stands in the element `filmId`.
function showEmbeddedFilm(view, filmId) {
  const { about, chunks } = JSON.parse(textOf(filmId));
  view.receive(about, []);
  for (const [content, buffers] of chunks) {
    view.receive({ type: "piece", film: about.film, content }, buffers.map(bytesOfBase64));
  }
}

// A model without a server. It keeps messages in `queued` for the server that comes later.
function serverlessModel(catalogueId) {
  const queued = [];
  const send = (message) => { if (message.type !== "ready") queued.push(message); };
  return { queued, get: () => textOf(catalogueId), on() {}, off() {}, send };
}

// Solara's style sheets come as print styles, so that they do not delay the first frame.
function applyLateStyles() {
  for (const link of document.querySelectorAll('link[rel="stylesheet"][media="print"]')) {
    if (link.sheet) link.media = "all";
    else link.addEventListener("load", () => { link.media = "all"; });
  }
}

// Play the film that came inside the page, before the server answers.
export function playPreloaded() {
  document.addEventListener("DOMContentLoaded", applyLateStyles);
  window.moatPreloaded = new PageView(serverlessModel("moat-catalogue"), document.getElementById("moat-first"));
  showEmbeddedFilm(window.moatPreloaded, "moat-film");
}

// Play the film of a standalone HTML file.
export function playStandalone() {
  showEmbeddedFilm(new PageView(serverlessModel("moat-catalogue"), document.getElementById("moat-page")), "moat-film");
}

// The entry point of anywidget. Returns a function that cleans up.
export function render({ model, el }) {
  document.documentElement.lang = "en";
  const preloaded = window.moatPreloaded;
  window.moatPreloaded = undefined;
  if (preloaded) preloaded.connect(model, el);
  document.getElementById("moat-first")?.remove();
  const view = preloaded ?? new PageView(model, el);
  return () => view.close();
}
