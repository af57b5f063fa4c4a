// Addresses, command lines and files of a scenario.
import { SVG, colourNow, h, s, saveFile, svgText } from "moat/base/dom.js";
import { DISCLAIMER, QUESTION, ROLE, yearOf } from "moat/base/format.js";

function csvOf(film) {
  const names = Object.keys(film.worlds[0].series);
  const lines = [["month", "date", "world", ...names].join(",")];
  for (const world of film.worlds) {
    for (let month = 0; month < film.loaded; month += 1) {
      const date = `${yearOf(month)}-${String(month % 12 + 1).padStart(2, "0")}`;
      const value = (name) => (name === "office" ? ROLE[world.series.office[month]] : world.series[name][month]);
      lines.push([month, date, world.name, ...names.map(value)].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

const IMAGE_WIDTH = 1240;
const IMAGE_HEIGHT = 860;
const PNG_SCALE = 2;

// step: the WatchStep.
function svgOf(step) {
  const { page } = step;
  const text = (x, y, content, size, weight = "normal") => svgText(content, { x, y, "font-size": size,
    "font-weight": weight, "font-family": "sans-serif", fill: "#1b1b1b" });
  const copy = (svg, place) => {
    const node = svg.cloneNode(true);
    for (const [name, value] of Object.entries(place)) node.setAttribute(name, value);
    return node;
  };
  const svg = s("svg", { xmlns: SVG, viewBox: `0 0 ${IMAGE_WIDTH} ${IMAGE_HEIGHT}`, width: IMAGE_WIDTH,
    height: IMAGE_HEIGHT }, s("rect", { width: IMAGE_WIDTH, height: IMAGE_HEIGHT, fill: "#fff" }));
  svg.append(text(16, 30, QUESTION, 20, "bold"), text(16, 54, step.lede.textContent, 14));
  step.worlds.forEach((world, index) => {
    const x = 16 + index * 612;
    svg.append(
      text(x, 84, world.heading.textContent, 14, "bold"),
      s("image", { x, y: 92, width: 596, height: 240, href: world.voters.canvas.toDataURL("image/png"),
        preserveAspectRatio: "none" }),
      copy(world.ribbon.svg, { x, y: 338, width: 596, height: 90 }));
  });
  step.charts.forEach((chart, index) => {
    const [x, y] = [16 + (index % 3) * 408, 452 + Math.floor(index / 3) * 180];
    svg.append(text(x, y, `${chart.title.textContent}: ${chart.values.textContent.trim()}`, 12),
      copy(chart.svg, { x, y: y + 8, width: 392, height: 140 }));
  });
  const { version, code } = page.catalogue;
  svg.append(
    text(16, 822, "Orange: author party. Blue: opposed party. Dark: holds crypto. World A dashed grey, World B solid "
      + `green. ${DISCLAIMER}`, 12),
    text(16, 844, `${page.scenario.command} (version ${version}, code ${code})`, 11));
  // A file has no style sheet: colours are written out as they are now.
  return new XMLSerializer().serializeToString(svg).replace(/var\((--[a-z-]+)\)/g, (_, name) => colourNow(name));
}

async function pngOf(step) {
  const [width, height] = [PNG_SCALE * IMAGE_WIDTH, PNG_SCALE * IMAGE_HEIGHT];
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(step))}`;
  await image.decode();
  const canvas = h("canvas", { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

export class Share {
  // step: the WatchStep of the page; onHtml(): request the HTML file.
  constructor(step, page, onHtml) {
    const field = (label) => h("input", { type: "text", readonly: true, "aria-label": label });
    this.address = field("Address of this pair of worlds");
    this.command = field("Command line that prints the same numbers");
    this.study = field("Command line of the 100 replicates");
    this.message = h("p", { role: "status", class: "moat-note" });
    const row = (label, input, name) => h("div", { class: "moat-copy" },
      h("span", {}, label),
      input,
      h("button", { type: "button", "aria-label": `Copy ${name}`, onclick: () => this.#copy(input, name) }, "Copy"));
    const fileName = () => `two-worlds-${page.scenario.seed}-${page.scenario.replicate}`;
    const button = (label, onclick) => h("button", { type: "button", onclick }, label);
    this.node = h("section", { class: "moat-share", "aria-label": "Share" },
      h("h2", {}, "Share and export"),
      page.standalone ? null : row("Link", this.address, "the link"),
      row("Command line", this.command, "the command line"),
      row("100 replicates", this.study, "the command line of the 100 replicates"),
      h("div", { class: "moat-row" },
        button("CSV", () => saveFile(`${fileName()}.csv`, csvOf(page.film), "text/csv")),
        button("PNG", async () => saveFile(`${fileName()}.png`, await pngOf(step), "image/png")),
        button("SVG", () => saveFile(`${fileName()}.svg`, svgOf(step), "image/svg+xml")),
        page.standalone ? null : button("One HTML file", onHtml)),
      this.message);
  }

  async #copy(input, name) {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      this.message.textContent = `Copied ${name}.`;
    } catch {
      this.message.textContent = "The text is selected: copy it with the keyboard.";
    }
  }

  show(scenario) {
    this.address.value = `${location.origin}${location.pathname}?${scenario.address}`;
    this.command.value = scenario.command;
    this.study.value = scenario.study;
  }
}
