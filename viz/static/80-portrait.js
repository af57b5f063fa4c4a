// One voter in both worlds, in a dialog: account, blame, ballots and why.
class Portrait {
  constructor(onAsk) {
    this.onAsk = onAsk;
    this.body = h("div", { class: "moat-portrait-body" });
    const id = freshId("portrait");
    this.heading = h("h2", { id }, "One voter");
    this.node = h("dialog", { class: "moat-portrait", "aria-labelledby": id },
      h("form", { method: "dialog", class: "moat-close" }, h("button", {}, "Close")), this.heading, this.body);
  }

  ask(index, month) {
    this.month = month;
    this.heading.textContent = `Voter ${index}`;
    this.body.replaceChildren(h("p", {}, "Looking her up in both worlds…"));
    if (!this.node.open) this.node.showModal();
    this.onAsk(index);
  }

  problem(text) { this.body.replaceChildren(h("p", { class: "moat-problem" }, text)); }

  show(found) {
    if (!this.node.open) return;
    const one = found.worlds[1].person;
    const about = `${Math.round(one.age)} years old, earns $${Math.round(one.income).toLocaleString("en-US")} a year, leans to the `
      + `${one.leaning > 0 ? PARTY.author.toLowerCase() : PARTY.opponent.toLowerCase()} (${Math.abs(one.leaning).toFixed(2)} logit). `
      + `${one.holds ? `In World B her retirement account holds crypto, of which she sees ${percent(one.visibility)}.` : "She holds no crypto in a retirement account in either world."}`;
    this.body.replaceChildren(h("p", {}, about), h("div", { class: "moat-two" }, found.worlds.map((world, number) => this.#world(world, number, found))));
  }

  #line(title, worlds, name, format, own) {
    const width = 320, height = 70, values = worlds[own].months[name];
    const all = worlds.flatMap((one) => one.months[name]), high = Math.max(...all) || 1, low = Math.min(0, ...all);
    const d = values.map((value, month) => `${month ? "L" : "M"}${(width * month / (values.length - 1)).toFixed(1)} ${(height - 4 - (height - 8) * (value - low) / (high - low || 1)).toFixed(1)}`).join("");
    const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, preserveAspectRatio: "none" },
      s("path", { d, fill: "none", stroke: own ? COLOURS.b : COLOURS.a, "stroke-width": 2, "vector-effect": "non-scaling-stroke",
        "stroke-dasharray": own ? "none" : "6 4" }));
    return h("figure", { class: "moat-chart" }, h("figcaption", {}, title, h("span", { class: "moat-now" }, ` ${format(values.at(-1))} at the end`)), svg);
  }

  #world(world, number, found) {
    const dollars = (value) => `$${Math.round(value).toLocaleString("en-US")}`;
    const lines = [["Retirement account", "account", dollars], ["Crypto in it", "crypto", dollars],
      ["Loss blamed on the policy, 0 to 1", "blame", (v) => v.toFixed(2)], ["Attention to the issue", "attention", (v) => v.toFixed(3)],
      ["Policy she wants, 0 to 1", "ideal", (v) => v.toFixed(2)]];
    return h("section", {}, h("h3", {}, `World ${"AB"[number]}`), lines.map(([title, name, format]) => this.#line(title, found.worlds, name, format, number)),
      h("h4", {}, "Her ballots"), world.votes.map((vote) => this.#vote(vote, found.terms)));
  }

  #vote(vote, names) {
    const { terms } = vote, most = Math.max(0.01, ...Object.keys(names).map((name) => Math.abs(terms[name])));
    const rows = Object.entries(names).filter(([name]) => name !== "rest" || Math.abs(terms.rest) > 1e-6).map(([name, text]) => {
      const value = terms[name], wide = 50 * Math.abs(value) / most;
      return h("tr", {}, h("th", { scope: "row" }, text), h("td", {}, value.toFixed(3)),
        h("td", { "aria-hidden": "true" }, h("div", { class: "moat-bar" }, h("i", { style: `left:${value < 0 ? 50 - wide : 50}%;width:${wide}%;background:${value < 0 ? COLOURS.opponent : COLOURS.author}` }))));
    });
    const chosen = vote.vote === "abstained" ? "stayed at home" : `voted for the ${PARTY[vote.vote].toLowerCase()}`;
    const chance = 1 / (1 + Math.exp(-terms.utility));
    return h("details", {}, h("summary", {}, `${dateOf(vote.month)}: ${chosen}`),
      h("p", {}, `Chance to turn out ${percent(terms.turnout, 1)}; if so, to vote for the author party ${percent(chance, 1)}. The terms below (logit, positive towards the author party) add up to ${terms.utility.toFixed(3)}.`),
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Term"), h("th", { scope: "col" }, "Adds"), h("td", { "aria-hidden": "true" }))), h("tbody", {}, rows)));
  }
}
