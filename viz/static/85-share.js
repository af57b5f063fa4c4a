// Taking it along: the address, the command line, CSV, SVG, PNG, and one HTML file that plays by itself.
function csvOf(film) {
  const names = Object.keys(film.worlds[0].series);
  const lines = [["month", "date", "world", ...names].join(",")];
  for (const world of film.worlds) {
    for (let month = 0; month < film.loaded; month += 1) {
      const date = `${2025 + Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`;
      const values = names.map((name) => (name === "office" ? ROLE[world.series[name][month]] : world.series[name][month]));
      lines.push([month, date, world.name, ...values].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

function pictureOf(view) {
  const width = 1240, line = (x, y, text, size = 14, weight = "normal") => {
    const node = s("text", { x, y, "font-size": size, "font-weight": weight, "font-family": "sans-serif", fill: COLOURS.ink });
    node.textContent = text;
    return node;
  };
  const svg = s("svg", { xmlns: SVG, viewBox: `0 0 ${width} 860`, width, height: 860 }, s("rect", { width, height: 860, fill: "#fff" }),
    line(16, 30, "Does retirement exposure lock in crypto policy?", 20, "bold"), line(16, 54, view.lede.textContent, 14));
  view.worlds.forEach((world, number) => {
    const x = 16 + number * 612;
    svg.append(line(x, 84, world.heading.textContent, 14, "bold"));
    svg.append(s("image", { x, y: 92, width: 596, height: 240, href: world.voters.canvas.toDataURL("image/png"), preserveAspectRatio: "none" }));
    const ribbon = world.ribbon.svg.cloneNode(true);
    for (const [name, value] of Object.entries({ x, y: 338, width: 596, height: 90 })) ribbon.setAttribute(name, value);
    svg.append(ribbon);
  });
  view.charts.forEach((chart, number) => {
    const x = 16 + (number % 3) * 408, y = 452 + Math.floor(number / 3) * 180;
    svg.append(line(x, y, chart.title.textContent + chart.now.textContent, 12));
    const one = chart.svg.cloneNode(true);
    for (const [name, value] of Object.entries({ x, y: y + 8, width: 392, height: 140 })) one.setAttribute(name, value);
    svg.append(one);
  });
  svg.append(line(16, 822, "World A dashed grey, World B solid green. A laboratory, not a forecast and not advice.", 12),
    line(16, 844, view.scenario.command, 11));
  return new XMLSerializer().serializeToString(svg);
}

async function pngOf(view) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureOf(view))}`;
  await picture.decode();
  const canvas = h("canvas", { width: 2480, height: 1720 });
  canvas.getContext("2d").drawImage(picture, 0, 0, 2480, 1720);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

class Share {
  constructor(view, onPage) {
    const alone = view.alone;
    this.address = h("input", { type: "text", readonly: true, "aria-label": "Address of this pair of worlds" });
    this.command = h("input", { type: "text", readonly: true, "aria-label": "Command line that prints the same numbers" });
    this.study = h("input", { type: "text", readonly: true, "aria-label": "Command line of the hundred futures" });
    this.said = h("p", { role: "status", class: "moat-note" });
    const copy = (input, what) => h("button", { type: "button", onclick: async () => {
      input.select();
      try { await navigator.clipboard.writeText(input.value); this.said.textContent = `Copied ${what}.`; } catch { this.said.textContent = "Selected: copy it with your keyboard."; }
    }, "aria-label": `Copy ${what}` }, "Copy");
    const row = (label, input, what) => h("div", { class: "moat-copy" }, h("span", {}, label), input, copy(input, what));
    const name = () => `two-worlds-${view.scenario.seed}-${view.scenario.replicate}`;
    const take = (label, action) => h("button", { type: "button", onclick: action }, label);
    this.node = h("section", { class: "moat-share", "aria-label": "Share" }, h("h2", {}, "Take it with you"),
      alone ? null : row("Share link", this.address, "the share link"), row("Command line", this.command, "the command line"),
      row("The hundred futures", this.study, "the command line of the study"),
      h("div", { class: "moat-row" }, take("CSV", () => save(`${name()}.csv`, csvOf(view.film), "text/csv")),
        take("PNG", async () => save(`${name()}.png`, await pngOf(view), "image/png")),
        take("SVG", () => save(`${name()}.svg`, pictureOf(view), "image/svg+xml")),
        alone ? null : take("One HTML file", onPage)), this.said);
  }

  show(scenario) {
    this.address.value = `${location.origin}${location.pathname}?${scenario.address}`;
    this.command.value = scenario.command;
    this.study.value = scenario.study;
  }
}

class Tour {
  // steps: [selector, heading, text]
  constructor(steps, root) {
    this.steps = steps;
    this.root = root;
    const id = freshId("tour");
    this.heading = h("h2", { id });
    this.text = h("p", { "aria-live": "polite" });
    this.count = h("span", { class: "moat-note" });
    this.next = h("button", { type: "button", class: "moat-primary", onclick: () => this.go(this.at + 1) }, "Next");
    this.node = h("aside", { class: "moat-tour", hidden: true, role: "region", "aria-labelledby": id }, this.heading, this.text,
      h("div", { class: "moat-row" }, this.count, h("button", { type: "button", onclick: () => this.go(this.at - 1) }, "Back"), this.next,
        h("button", { type: "button", onclick: () => this.go(-1) }, "End the tour")));
  }

  go(at) {
    this.root.querySelector(".moat-lit")?.classList.remove("moat-lit");
    this.at = at;
    if (at < 0 || at >= this.steps.length) { this.node.hidden = true; return; }
    const [selector, heading, text] = this.steps[at], place = this.root.querySelector(selector);
    this.node.hidden = false;
    this.heading.textContent = heading;
    this.text.textContent = text;
    this.count.textContent = `Step ${at + 1} of ${this.steps.length}`;
    this.next.textContent = at + 1 === this.steps.length ? "Done" : "Next";
    place?.classList.add("moat-lit");
    place?.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "center" });
    this.next.focus({ preventScroll: true });
  }
}
