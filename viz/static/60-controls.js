// Scenes, the assumptions drawer with every parameter, and the numbers the command line prints.
const DIGITS = 9;

class Scenes {
  constructor(scenes, onPick) {
    // A row of nine, with a digit each; what else the model knows is chosen from a list below it.
    const entries = Object.entries(scenes), listed = entries.slice(DIGITS), id = freshId("more"), about = freshId("about");
    this.scenes = scenes;
    this.names = entries.slice(0, DIGITS).map(([name]) => name);
    this.buttons = entries.slice(0, DIGITS).map(([name, one], number) => h("button", { type: "button",
      "aria-pressed": "false", title: one.sentence, "data-scene": name, onclick: () => onPick(name) },
    h("kbd", { "aria-hidden": "true" }, String(number + 1)), one.label));
    const options = (picked) => picked.map(([name, one]) => h("option", { value: name }, one.label));
    this.more = h("select", { id, "aria-describedby": about }, h("option", { value: "" }, "choose one"),
      options(listed.filter(([name]) => /^h\d/.test(name))),
      h("optgroup", { label: "Other policies, for comparison" }, options(listed.filter(([name]) => !/^h\d/.test(name)))));
    this.more.addEventListener("change", () => this.more.value && onPick(this.more.value));
    this.about = h("span", { id: about, class: "moat-note" });
    this.node = h("div", {}, h("div", { class: "moat-scenes", role: "group", "aria-label": "Presets" }, this.buttons),
      listed.length ? h("p", { class: "moat-more" }, h("label", { for: id }, "Hypotheses"), this.more, this.about) : null);
    this.mark("");
  }

  mark(name) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.scene === name));
    const listed = name in this.scenes && !this.names.includes(name);
    this.more.value = listed ? name : "";
    this.about.textContent = listed ? this.scenes[name].sentence : "Settings in which one answer or another can show itself; a single luck may not.";
  }
}

class Assumptions {
  // catalogue.parameters: name, label, about, unit, low, high, minimum, maximum, role, status, source, kind, choices
  constructor(catalogue, onApply) {
    this.onApply = onApply;
    this.controls = new Map();
    const known = new Map(catalogue.parameters.map((one) => [one.name, one]));
    const levers = catalogue.levers.filter((name) => known.has(name)).map((name) => this.#control(known.get(name), true));
    const groups = new Map();
    for (const one of catalogue.parameters) {
      if (catalogue.levers.includes(one.name)) continue;
      const group = one.name.split(".")[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(this.#control(one, false));
    }
    this.seed = this.#plain("Seed", "number", "Root of all random draws: same seed and version, same numbers.");
    this.replicate = this.#plain("Replicate", "number", "Which luck of that seed; both worlds share it.");
    this.note = h("p", { class: "moat-problem", role: "alert" });
    const all = h("details", { class: "moat-all" },
      h("summary", {}, `All ${catalogue.parameters.length} parameters`),
      [...groups].map(([group, rows]) => h("details", { class: "moat-group" },
        h("summary", {}, `${group}: ${catalogue.groups[group] ?? ""} (${rows.length})`), rows)));
    const apply = h("button", { type: "submit", class: "moat-primary" }, "Compute this pair of worlds");
    this.form = h("form", { class: "moat-form", onsubmit: (event) => { event.preventDefault(); this.apply(); } },
      h("div", { class: "moat-levers" }, levers, this.seed.node, this.replicate.node), all, this.note, apply);
    this.node = h("details", { class: "moat-drawer" }, h("summary", {}, "Assumptions: move a slider, change the world"), this.form);
  }

  #plain(label, type, about) {
    const id = freshId("own"), input = h("input", { id, type, min: 0, step: 1, inputmode: "numeric" });
    return { input, node: h("div", { class: "moat-control" }, h("label", { for: id }, label), input, h("p", {}, about)) };
  }

  #control(one, lever) {
    const id = freshId("parameter"), about = freshId("about");
    const given = { id, name: one.name, "aria-describedby": about };
    const shown = h("output", { for: id, class: "moat-value" });
    let input, slider = null;
    if (one.kind === "choice") input = h("select", given, one.choices.map((each) => h("option", { value: each }, each)));
    else if (one.kind === "switch") input = h("input", { ...given, type: "checkbox" });
    else if (lever && Number.isFinite(one.low) && Number.isFinite(one.high)) {
      const step = one.kind === "whole" ? 1 : (one.high - one.low) / 100;
      input = h("input", { ...given, type: "range", min: one.low, max: one.high, step });
      slider = h("input", { type: "number", step: "any", min: one.minimum, max: one.maximum, "aria-label": `${one.label}, exact value` });
      input.addEventListener("input", () => { slider.value = input.value; });
      slider.addEventListener("input", () => { input.value = slider.value; });
    } else input = h("input", { ...given, type: one.kind === "text" ? "text" : "number", step: "any", min: one.minimum, max: one.maximum });
    const range = Number.isFinite(one.low) && Number.isFinite(one.high) ? `; plausible ${one.low} to ${one.high}` : "";
    const node = h("div", { class: "moat-control" }, h("label", { for: id }, one.label), h("span", { class: "moat-pair" }, input, slider),
      h("p", { id: about }, one.about ? `${one.about} ` : "", h("span", { class: "moat-meta" },
        `${one.name}, ${one.unit}${range}; ${one.role}, ${one.status}. ${one.source}`)), shown);
    this.controls.set(one.name, { one, input, slider });
    return node;
  }

  read() {
    const fields = {};
    for (const [name, { one, input, slider }] of this.controls) {
      const value = one.kind === "switch" ? String(input.checked) : (slider ?? input).value;
      if (value !== this.values[name]) fields[name] = value;
    }
    return fields;
  }

  // values: texts by dotted name, as the server holds them
  show(scenario) {
    this.scenario = scenario;
    this.values = scenario.values;
    for (const [name, { one, input, slider }] of this.controls) {
      const value = scenario.values[name];
      if (one.kind === "switch") input.checked = value === "true";
      else input.value = value;
      if (slider) slider.value = value;
    }
    this.seed.input.value = scenario.seed;
    this.replicate.input.value = scenario.replicate;
    this.problem("");
  }

  apply() {
    this.onApply({ ...this.scenario.fields, ...this.read(), seed: this.seed.input.value || "0",
      replicate: this.replicate.input.value || "0", scene: "" });
  }

  problem(text) { this.note.textContent = text; }
}

function outcomesTable(film) {
  const names = ["attempted", "restricted", "reversed", "withdrawn", "court", "severity", "mean_policy", "gap"];
  const rows = film.outcomes.map((row, number) => h("tr", {}, h("th", { scope: "row" }, `World ${"AB"[number]}`),
    names.map((name) => h("td", { "data-outcome": name }, Number.isInteger(row[name]) && !["severity", "mean_policy", "gap"].includes(name)
      ? String(row[name]) : row[name].toFixed(3)))));
  return h("div", { class: "moat-scroll", tabindex: "0", role: "region", "aria-label": "Outcomes" }, h("table", {}, h("caption", {}, "The opposed term, in the numbers the command line prints"),
    h("thead", {}, h("tr", {}, h("td", {}), names.map((name) => h("th", { scope: "col" }, name.replace("_", " "))))),
    h("tbody", {}, rows)));
}

function decisionsTable(film, month) {
  const parts = film.worlds.map((world) => {
    const made = world.decisions.filter((one) => one.month <= month).slice(-6).reverse();
    const rows = made.map((one) => h("details", { class: "moat-decision" },
      h("summary", {}, `${dateOf(one.month)}: ${PARTY[one.role]} chose ${one.chosen}`,
        one.not_dared ? h("strong", {}, `; wanted ${one.wanted} and did not dare`) : ""),
      h("div", { class: "moat-scroll", tabindex: "0", role: "region", "aria-label": "Moves" }, h("table", {}, h("thead", {}, h("tr", {}, ["move", "by", "openness after", "poll: own share", "utility", "chance"]
        .map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", {}, one.moves.map((move) => h("tr", { class: move.name === one.chosen ? "moat-chosen" : "" },
        h("th", { scope: "row" }, move.name), h("td", {}, move.instrument), h("td", {}, move.openness.toFixed(3)),
        h("td", {}, percent(move.share, 2)), h("td", {}, move.utility.toFixed(4)), h("td", {}, percent(move.probability, 1)))))))));
    const agencies = film.title.agencies.map((name, index) => {
      const ideal = world.agencies[Math.min(Math.max(0, month - 1), world.agencies.length - 1)]?.[index];
      return `${name} aims at ${ideal?.toFixed(2) ?? "-"}`;
    });
    const events = world.events.filter((one) => one.month <= month).slice(-5).reverse()
      .map((one) => h("li", {}, `${dateOf(one.month)}: ${one.kind} ${one.move} (${one.instrument})`));
    return h("section", {}, h("h3", {}, `World ${world.name}`), h("p", {}, `Regulators: ${agencies.join(", ")}.`),
      rows.length ? rows : h("p", {}, "No decision on the agenda yet."), h("h4", {}, "Latest events"),
      events.length ? h("ul", {}, events) : h("p", {}, "None yet."));
  });
  return h("div", { class: "moat-two" }, parts);
}
