// The page: what is where, who is told what. `model` is anywidget's, or a stand-in when the page plays from a file.
class World {
  constructor(name, onPick) {
    this.name = name;
    this.heading = h("h2", {}, `World ${name}`);
    this.voters = new Voters(`World ${name}: every voter, ideology across, age up`, onPick);
    this.flash = h("p", { class: "moat-flash", "aria-hidden": "true" });
    this.ribbon = new Ribbon(name);
    this.office = h("p", { class: "moat-office" });
    this.node = h("section", { class: "moat-world", "aria-label": `World ${name}` }, this.heading,
      h("div", { class: "moat-stage" }, this.voters.canvas, this.flash,
        h("span", { class: "moat-axis moat-west" }, "◀ opposed"), h("span", { class: "moat-axis moat-east" }, "author ▶")),
      h("div", { class: "moat-stage" }, this.ribbon.svg, this.ribbon.labels), this.office);
  }

  caption(film, world, month) {
    const now = clamp(Math.floor(month) - 1, 0, world.series.office.length - 1), role = ROLE[world.series.office[now]];
    const votes = film.picture(world, month).month === 0 ? "coloured by leaning until the first election" : "coloured by last ballot";
    this.office.textContent = `${PARTY[role]} in office; openness ${world.series.openness[now].toFixed(2)}; voters ${votes}.`;
    const last = world.elections.filter((one) => one.month < month).at(-1);
    this.flash.textContent = last ? `${dateOf(last.month)}: author party ${percent(last.share, 1)}` : "";
    const fresh = last && month - last.month < 3;
    this.flash.classList.toggle("moat-lighted", Boolean(fresh) && !still());
  }
}

class View {
  constructor(model, el) {
    this.model = model;
    this.catalogue = JSON.parse(model.get("catalogue"));
    this.alone = Boolean(this.catalogue.alone);
    this.film = new Film();
    this.player = new Player((month, whole) => this.show(month, whole));
    this.build(el);
    const off = listenToKeys(this.player, (digit) => !this.alone && this.scenes.names[digit] && this.pick(this.scenes.names[digit]), () => this.bet.lock());
    const resized = new ResizeObserver(() => this.film.loaded && this.repaint());
    resized.observe(this.worlds[0].voters.canvas);
    this.heard = (message, buffers) => this.hear(message, buffers ?? []);
    model.on("msg:custom", this.heard);
    window.moat = this; // for tests and curious students
    this.live = !model.waiting;
    this.ask("ready", { query: location.search });
    this.off = () => { off(); resized.disconnect(); this.model.off("msg:custom", this.heard); this.player.pause(); };
  }

  // What played from the page itself goes on, now with a server behind it.
  adopt(model, el) {
    const { waiting } = this.model;
    this.model = model;
    model.on("msg:custom", this.heard);
    el.replaceChildren(this.node, this.tour.node);
    this.ask("ready", { query: location.search, have: this.film.outcomes !== null ? this.scenario.address : "" });
    for (const message of waiting) model.send(message);
    this.live = true;
  }

  ask(type, more = {}) { this.model.send({ type, ...more }); }

  build(el) {
    const { catalogue } = this;
    this.lede = h("p", { class: "moat-lede" }, "Setting up two worlds with the same people and the same luck.");
    this.said = h("p", { class: "moat-hidden", role: "status" });
    this.status = h("p", { class: "moat-status", role: "status" });
    this.scenes = new Scenes(catalogue.scenes, (name) => this.pick(name));
    this.worlds = ["A", "B"].map((name) => new World(name, (index) => this.openVoter(index)));
    this.transport = new Transport(this.player, () => this.bet.lock());
    this.charts = CHARTS.map((one) => new Chart(one));
    this.bet = new Bet();
    this.luck = new Luck(() => { this.bet.lock(); this.player.pause(); this.ask("luck"); this.luck.button.disabled = true; this.luck.waiting(0); }, (replicate) => this.compute({ ...this.scenario.fields, replicate: String(replicate) }));
    this.portrait = new Portrait((index) => this.ask("voter", { index }));
    this.assumptions = new Assumptions(catalogue, (fields) => this.compute(fields));
    this.share = new Share(this, () => this.ask("page"));
    this.weighed = h("div", {});
    this.weighedBox = h("details", { class: "moat-drawer", ontoggle: () => this.weigh() }, h("summary", {}, "What governments weighed, chose and did not dare"), this.weighed);
    this.numbers = h("div", { class: "moat-numbers" });
    this.voterNumber = h("input", { type: "number", min: 0, value: 0, "aria-label": "Number of a voter" });
    const legend = h("p", { class: "moat-legend" }, h("span", { class: "moat-author" }, "■ author party (made the policy)"), h("span", { class: "moat-opponent" }, "✚ opposed party"),
      h("span", {}, "· stayed at home"), h("span", {}, "dark: holds crypto"), h("span", {}, "larger: attention woken by a threat"), h("span", {}, "✕ reversal"), h("span", {}, "▨ did not dare"));
    const look = h("form", { class: "moat-look", onsubmit: (event) => { event.preventDefault(); this.openVoter(Number(this.voterNumber.value)); } },
      h("span", {}, "Click a voter, or open number"), this.voterNumber, h("button", { type: "submit" }, "Open"));
    const online = (...nodes) => (this.alone ? [] : nodes);
    this.node = h("main", { class: "moat", id: "moat" },
      h("header", { class: "moat-head" }, online(this.scenes.node), h("h1", {}, "Does retirement exposure lock in crypto policy?"), this.lede, this.said, this.status),
      h("div", { class: "moat-worlds" }, this.worlds.map((one) => one.node)), this.transport.node, h("div", { class: "moat-under" }, legend, online(look)),
      h("div", { class: "moat-charts" }, this.charts.map((one) => one.node)),
      h("div", { class: "moat-two" }, online(this.bet.node), this.numbers), online(this.luck.node), this.weighedBox, online(this.assumptions.node), this.share.node,
      h("footer", { class: "moat-foot" }, h("p", {}, h("strong", {}, "A laboratory, not a forecast and not advice."), " It takes no side: the same code can end in a moat, in a trapdoor, or in nothing. ",
        `Version ${catalogue.version}, code ${catalogue.code}.`), online(h("p", {}, h("button", { type: "button", onclick: () => this.tour.go(0) }, "Take the tour"), " ",
        catalogue.pages.map(([href, text]) => [h("a", { href }, text), " "])))), online(this.portrait.node));
    this.tour = new Tour(catalogue.tour, this.node);
    el.replaceChildren(this.node, this.tour.node);
  }

  pick(name) { this.compute({ scene: name }); }

  compute(fields) {
    this.player.pause();
    this.status.textContent = "Computing both worlds…";
    this.ask("film", { fields });
  }

  openVoter(index) {
    if (this.alone) return;
    this.player.pause();
    this.portrait.ask(clamp(Math.trunc(index) || 0, 0, (this.film.title?.voters ?? 1) - 1), this.player.month);
  }

  hear(message, buffers) {
    const { type } = message;
    if (type === "scenario") this.start(message);
    else if (type === "piece") this.take(message, buffers);
    else if (type === "wait") this.wait(message);
    else if (type === "luck") this.luck.show(message.futures, message.curve, message.breadth, this.bet.value, message.total);
    else if (type === "portrait") this.portrait.show(message.found);
    else if (type === "page") save(message.name, message.text, "text/html");
    else if (type === "problem") this.problem(message);
  }

  start(scenario) {
    const asked = this.scenario?.question, before = this.scenario;
    if (scenario.held) { // this film is here already
      this.scenario = scenario;
      this.kept = scenario.film;
      return;
    }
    this.scenario = scenario;
    this.film = new Film();
    this.player.pause();
    this.player.load(this.film);
    this.begun = false;
    this.scenes.mark(scenario.scene);
    this.assumptions.show(scenario);
    this.share.show(scenario);
    this.numbers.replaceChildren();
    this.status.textContent = scenario.notice ?? "";
    if (asked !== scenario.question) {
      this.luck.reset(scenario.luck);
      if (before) this.bet.open();
    }
    if (before && !this.alone) history.replaceState(null, "", `?${scenario.address}`);
  }

  async take(message, buffers) {
    const { film } = this;
    if (message.film !== this.scenario.film) return; // of a film that is not wanted any more
    await film.add(message.content, buffers);
    if (film !== this.film) return;
    if (message.content.part === "title") {
      this.transport.build(film);
      this.voterNumber.max = film.title.voters - 1;
      this.worlds[0].heading.textContent = "World A: no crypto in retirement plans";
      this.worlds[1].heading.textContent = film.title.breadth > 0 ? `World B: ${percent(film.title.breadth)} hold it, same people, same shocks` : "World B: nobody holds it either";
    } else if (message.content.part === "months") {
      this.rebuild();
      if (!this.begun) this.begin();
    } else if (film.outcomes.length) this.numbers.replaceChildren(outcomesTable(film));
    else this.numbers.replaceChildren(h("p", { class: "moat-note" }, "This is one history: elections decide who governs. It shows what can happen, not how often."));
    if (message.content.part === "end") this.ended();
  }

  begin() {
    this.begun = true;
    requestAnimationFrame(() => { this.firstFrame = performance.now(); }); // milliseconds since the visitor set out
    this.player.seek(0);
    if (still()) this.waitsForEnd = true;
    else this.player.play();
  }

  ended() {
    // Without motion the story is told by its last picture.
    if (this.waitsForEnd) { this.waitsForEnd = false; this.player.seek(this.player.end); }
  }

  rebuild() {
    this.worlds.forEach((one, number) => one.ribbon.build(this.film, this.film.worlds[number]));
    for (const chart of this.charts) chart.build(this.film);
    this.player.whole = -1;
    this.player.paint();
  }

  repaint() { this.player.whole = -1; this.player.paint(); }

  show(month, whole) {
    const { film } = this, share = month / film.title.months;
    this.worlds.forEach((one, number) => {
      const world = film.worlds[number];
      if (whole) {
        one.voters.draw(world.places, film.picture(world, Math.floor(month)).data);
        one.caption(film, world, month);
      }
      one.ribbon.uncover(share);
    });
    for (const chart of this.charts) {
      chart.uncover(share);
      if (whole) chart.show(Math.max(0, Math.floor(month) - 1));
    }
    if (!whole) return;
    this.transport.show(month);
    this.lede.textContent = film.sentence(month);
    if (!this.player.playing) { this.said.textContent = this.lede.textContent; this.weigh(); }
    if (month >= film.title.months) this.said.textContent = this.lede.textContent;
  }

  weigh() {
    if (this.weighedBox.open && this.film.loaded) this.weighed.replaceChildren(decisionsTable(this.film, this.player.month));
  }

  wait({ what, place }) {
    if (what === "luck") this.luck.waiting(place);
    else if (what === "film") this.status.textContent = place > 0 ? `Waiting in line: ${place} before you. The film starts by itself.` : "Computing both worlds…";
  }

  problem({ what, text }) {
    if (what === "portrait") this.portrait.problem(text);
    else if (what === "luck") { this.luck.answer.textContent = text; this.luck.button.disabled = false; }
    else { this.status.textContent = text; this.assumptions.problem(text); }
  }
}

const decoded = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

// Before the app is there: the film that came inside the page, and a model that keeps what it is told.
function playEarly() {
  const words = (id) => document.getElementById(id).textContent, given = JSON.parse(words("moat-film"));
  const waiting = [];
  const model = { waiting, get: () => words("moat-catalogue"), on() {}, off() {},
    send(message) { if (message.type !== "ready") waiting.push(message); } };
  const view = new View(model, document.getElementById("moat-first"));
  view.hear(given.about, []);
  for (const [content, buffers] of given.chunks) view.hear({ type: "piece", film: given.about.film, content }, buffers.map(decoded));
  window.moatEarly = view;
}

function render({ model, el }) {
  document.documentElement.lang = "en";
  const early = window.moatEarly;
  window.moatEarly = undefined;
  if (early) early.adopt(model, el);
  document.getElementById("moat-first")?.remove();
  const view = early ?? new View(model, el);
  return () => view.off();
}
