// Files of a film: its series as CSV, and the page at the month shown as SVG or PNG.
import { SVG, colourNow, h, s, svgText } from "moat/base/dom.js";
import { DISCLAIMER, QUESTION, ROLE, yearOf } from "moat/base/format.js";
import { FONT, textWidth } from "moat/base/plot.js";
import { STROKES } from "moat/watch/marks.js";

// Lines that begin with "#" say where the numbers come from; pandas skips them: read_csv(file, comment="#").
export function csvOf(film, scenario, catalogue, address) {
  const facts = { seed: scenario.seed, preset: scenario.fields.preset, scene: scenario.scene || "none",
    replicate: scenario.replicate, version: catalogue.version, code: catalogue.code, address, command: scenario.command };
  const lines = Object.entries(facts).map(([name, value]) => `# ${name}: ${String(value).replace(/\s+/g, " ")}`);
  const names = Object.keys(film.worlds[0].series);
  lines.push(["month", "date", "world", ...names].join(","));
  for (const world of film.worlds) {
    const value = (name, month) => (name === "office" ? ROLE[world.series.office[month]]
      : name === "outcome" ? film.outcomeAt(world, month).code : world.series[name][month] ?? "");
    for (let month = 0; month < film.loaded; month += 1) {
      const date = `${yearOf(month)}-${String(month % 12 + 1).padStart(2, "0")}`;
      lines.push([month, date, world.name, ...names.map((name) => value(name, month))].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

const WIDTH = 1240;
const MARGIN = 20;
const WORLD_WIDTH = (WIDTH - 3 * MARGIN) / 2;
const RIBBON_HEIGHT = 160;
const CHART_HEIGHT = 140;
const PNG_SCALE = 2;

// Lines of a text that fit into a width. A word longer than the width gets parts of its own.
function wrapped(text, width, size, weight = "normal") {
  const lines = [""];
  for (let word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (textWidth(longer, size, weight) <= width) {
      lines[lines.length - 1] = longer;
      continue;
    }
    if (lines.at(-1)) lines.push("");
    while (textWidth(word, size, weight) > width) {
      let end = word.length;
      while (textWidth(word.slice(0, end), size, weight) > width) end -= 1;
      lines[lines.length - 1] = word.slice(0, end);
      lines.push("");
      word = word.slice(end);
    }
    lines[lines.length - 1] = word;
  }
  return lines.filter(Boolean);
}

// Text of one or more lines from the baseline y on; returns the height that it takes.
function write(svg, text, x, y, size, { weight = "normal", width = WIDTH - 2 * MARGIN, fill = "var(--ink)" } = {}) {
  const lines = wrapped(text, width, size, weight);
  lines.forEach((line, index) => svg.append(svgText(line, { x, y: y + index * size * 1.35, "font-size": size,
    "font-weight": weight, "font-family": FONT, fill })));
  return lines.length * size * 1.35;
}

const placed = (x, y, node) => s("g", { transform: `translate(${x} ${y})` }, node);

function drawWorld(svg, world, x, top, heading) {
  write(svg, heading, x, top, 14, { weight: 700, width: WORLD_WIDTH });
  const { canvas } = world.voters;
  const height = Math.round(WORLD_WIDTH * canvas.height / Math.max(1, canvas.width));
  svg.append(
    s("rect", { x, y: top + 8, width: WORLD_WIDTH, height, fill: "none", stroke: "var(--line)" }),
    s("image", { x, y: top + 8, width: WORLD_WIDTH, height, href: canvas.toDataURL("image/png"), preserveAspectRatio: "none" }));
  write(svg, "Voters: ideology across, age 18 to 95 up", x, top + height + 22, 11, { fill: "var(--muted)" });
  const ribbon = placed(x, top + height + 32, world.ribbon.picture(WORLD_WIDTH, RIBBON_HEIGHT));
  svg.append(ribbon);
  return height + 32 + RIBBON_HEIGHT;
}

function drawKey(svg, y) {
  const entries = [
    ["var(--author)", "orange square: author party, which made the policy"], ["var(--opponent)", "blue cross: opposed party"],
  ];
  let x = MARGIN;
  for (const [fill, text] of entries) {
    svg.append(s("rect", { x, y: y - 9, width: 10, height: 10, fill }));
    write(svg, text, x + 15, y, 12);
    x += 15 + textWidth(text, 12) + 22;
  }
  for (const name of ["B", "A"]) {
    svg.append(s("line", { x1: x, x2: x + 32, y1: y - 4, y2: y - 4, ...STROKES[name] }));
    const text = `World ${name}`;
    write(svg, text, x + 38, y, 12);
    x += 38 + textWidth(text, 12) + 22;
  }
}

// step: the WatchStep of the page.
export function svgOf(step) {
  const { page } = step;
  const svg = s("svg", { xmlns: SVG, width: WIDTH });
  const background = s("rect", { width: WIDTH, fill: "var(--paper)" });
  svg.append(background);
  let y = 30;
  y += write(svg, QUESTION, MARGIN, y, 14, { fill: "var(--muted)" }) + 6;
  y += write(svg, step.heading.textContent, MARGIN, y, 22, { weight: 700 });
  y += write(svg, `${step.sentence.textContent} ${step.pair.textContent}`, MARGIN, y - 4, 13) + 12;
  const tall = step.worlds.map((world, index) =>
    drawWorld(svg, world, MARGIN + index * (WORLD_WIDTH + MARGIN), y, `World ${world.name}: ${world.exposure.textContent}`));
  y += Math.max(...tall) + 26;
  const { charts } = step.charts;
  const wide = (WIDTH - (charts.length + 1) * MARGIN) / Math.max(1, charts.length);
  charts.forEach((chart, index) => {
    const x = MARGIN + index * (wide + MARGIN);
    const title = `${chart.spec.title}, ${chart.spec.unit}`;
    write(svg, title, x, y, 12, { weight: 600, width: wide });
    svg.append(placed(x, y + 26, chart.picture(wide, CHART_HEIGHT)));
    write(svg, chart.note.textContent, x, y + CHART_HEIGHT + 40, 11, { width: wide, fill: "var(--muted)" });
  });
  y += CHART_HEIGHT + 84;
  drawKey(svg, y);
  y += 18;
  y += write(svg, `Stronger colour: holds crypto. Ring: voted differently in A and B. Dotted lines: elections. ${
    page.film.title.crashes.length ? "Purple line: crash. " : ""}`
    + `Cross: back to extreme care for six months. ${DISCLAIMER}`, MARGIN, y, 12) + 2;
  const { version, code } = page.catalogue;
  y += write(svg, `Version ${version}, code ${code}. ${page.scenario.command}`, MARGIN, y, 11, { fill: "var(--muted)" });
  const height = Math.ceil(y);
  svg.setAttribute("height", height);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  background.setAttribute("height", height);
  // A file has no style sheet: colours are written out as they are now.
  return new XMLSerializer().serializeToString(svg).replace(/var\((--[a-z-]+)\)/g, (_, name) => colourNow(name));
}

export async function pngOf(step) {
  const text = svgOf(step);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const [width, height] = [image.width, image.height].map((each) => PNG_SCALE * each);
  const canvas = h("canvas", { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}
