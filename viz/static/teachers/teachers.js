// The page for teachers: the guesses of the class, filled live, and the answer key.
import { h, s } from "moat/base/dom.js";

const BASE = "./teachers/";
const EVERY_MS = 1000;
const TOP = 100;
const byId = (id) => document.getElementById(id);

const scene = byId("scene");
const answers = new Map();
let shown = "";
let busy = false;

const percent = (breadth) => `${Math.round(100 * breadth)}%`;
const signed = (points) => `${points > 0 ? "+" : points < 0 ? "−" : ""}${Math.abs(points).toFixed(0)}`;

async function ask(path, options = {}) {
  const answer = await fetch(BASE + path, { ...options, cache: "no-store", headers: { "x-moat-key": byId("key")?.value ?? "" } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

const data = async (path) => (await ask(path)).json();
const say = (text) => { byId("problem").textContent = text; };

// Bars of one breadth: guesses by tens, with the count on each bar.
function histogram(bars, breadth, median) {
  const [width, height, left, bottom] = [210, 130, 8, 30];
  const most = Math.max(4, ...bars);
  const bar = (width - 2 * left) / bars.length;
  const y = (count) => height - bottom - (count / most) * (height - bottom - 18);
  const x = (share) => left + (share / TOP) * (width - 2 * left);
  const about = `${percent(breadth)} exposed: ${bars.map((count, n) => `${count} at ${n * 10} to ${n === bars.length - 1 ? TOP : n * 10 + 9}`).filter((text) => !text.startsWith("0 ")).join(", ") || "no guess yet"}`;
  const drawing = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about });
  bars.forEach((count, n) => {
    drawing.append(s("rect", { class: "bar", x: left + n * bar + 1, y: y(count), width: bar - 2, height: height - bottom - y(count) }));
    if (count) drawing.append(s("text", { x: left + (n + 0.5) * bar, y: y(count) - 4, "text-anchor": "middle", class: "count" }, String(count)));
  });
  drawing.append(s("path", { class: "axis", d: `M${left} ${height - bottom}H${width - left}` }));
  for (const share of [0, 50, TOP]) drawing.append(s("text", { x: x(share), y: height - bottom + 24, "text-anchor": share === 0 ? "start" : share === TOP ? "end" : "middle" }, String(share)));
  if (median !== undefined) drawing.append(s("path", { class: "median", d: `M${x(median)} ${height - bottom}l5 9h-10z` }));
  return h("figure", {}, h("figcaption", {}, `${percent(breadth)} exposed${median === undefined ? "" : `, median ${median}`}`), drawing);
}

// The median guess, and the model's curve with its band once the answer key is open.
function curves(guess, model, width) {
  const [height, left, right, top, bottom] = [280, 36, 84, 34, 44];
  const most = Math.max(...guess.breadths);
  const x = (breadth) => left + (breadth / most) * (width - left - right);
  const y = (share) => top + (1 - share / TOP) * (height - top - bottom);
  const line = (points) => points.map(([breadth, share], n) => `${n ? "L" : "M"}${x(breadth)} ${y(share)}`).join("");
  const own = guess.median.map((share, n) => [guess.breadths[n], share]);
  const points = model.map((point) => [point.breadth, TOP * point.share]);
  const about = `Reversals of 100 against share of voters exposed. Median of the class: ${own.map(([b, share]) => `${share} at ${percent(b)}`).join(", ") || "no guess yet"}.${points.length ? ` Model: ${points.map(([b, share]) => `${share.toFixed(0)} at ${percent(b)}`).join(", ")}.` : ""}`;
  const drawing = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about });
  for (const share of [0, 25, 50, 75, TOP]) {
    drawing.append(s("path", { class: "grid", d: `M${left} ${y(share)}H${width - right}` }), s("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end" }, String(share)));
  }
  for (const breadth of guess.breadths) drawing.append(s("text", { x: x(breadth), y: height - bottom + 18, "text-anchor": "middle" }, percent(breadth)));
  drawing.append(s("text", { x: 0, y: 14 }, "reversals of 100 takeovers"));
  drawing.append(s("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, "share of voters who hold crypto"));
  if (points.length) {
    const band = [...model.map((point) => [point.breadth, TOP * point.low]), ...model.map((point) => [point.breadth, TOP * point.high]).reverse()];
    drawing.append(s("path", { class: "band", d: `${line(band)}Z` }), s("path", { class: "model", d: line(points) }));
  }
  if (own.length) drawing.append(s("path", { class: "guess", d: line(own) }), ...own.map(([b, share]) => s("rect", { class: "point", x: x(b) - 5, y: y(share) - 5, width: 10, height: 10 })));
  const labels = [[own.at(-1), "the class", "median"], [points.at(-1), "the model", "95% band"]].filter(([end]) => end);
  const apart = labels.length === 2 && Math.abs(y(labels[0][0][1]) - y(labels[1][0][1])) < 34 ? 17 : 0;
  labels.forEach(([end, first, second], n) => {
    const above = labels.length === 2 && end[1] >= labels[1 - n][0][1] && (n === 0 || end[1] > labels[0][0][1]) ? -apart : apart;
    const place = Math.min(height - bottom - 14, Math.max(top + 10, y(end[1]) + above));
    drawing.append(s("text", { x: x(end[0]) + 12, y: place }, first), s("text", { class: "small", x: x(end[0]) + 12, y: place + 14 }, second));
  });
  return drawing;
}

function draw(guess) {
  const open = byId("key-of-answers").open;
  const model = (open && answers.get(guess.scene)?.curve) || [];
  const state = JSON.stringify([guess, model]);
  if (state === shown) return;
  shown = state;
  byId("count").textContent = `Guesses: ${guess.guesses}`;
  byId("histograms").replaceChildren(...guess.histograms.map((bars, n) => histogram(bars, guess.breadths[n], guess.median[n])));
  byId("curve").replaceChildren(curves(guess, model, Math.min(640, byId("curve").clientWidth)));
}

const cell = (text, attributes = {}) => h("td", attributes, text);

// One row of the answer key: reversals of 100 by breadth, and the paired answer at the preset's own breadth.
function fill(row, answer) {
  const head = row.firstElementChild;
  if (answer.problem || answer.done < answer.total) {
    row.replaceChildren(head, cell(answer.problem || `computing: ${answer.done} of ${answer.total} pairs`, { colspan: 7 }));
    return;
  }
  const share = (breadth) => answer.curve.find((point) => Math.abs(point.breadth - breadth) < 1e-9);
  const paired = answer.paired.find((dose) => Math.abs(dose.breadth - answer.breadth) < 1e-9);
  const interval = paired ? `${signed(100 * paired.difference)} (${signed(100 * paired.low)} to ${signed(100 * paired.high)})` : "-";
  row.replaceChildren(
    head,
    ...[0, 0.1, 0.3, 0.6].map((breadth) => cell((TOP * share(breadth).share).toFixed(0))),
    cell(paired ? String(paired.prevented) : "-"),
    cell(paired ? String(paired.caused) : "-"),
    cell(`${interval} at ${percent(answer.breadth)}`),
  );
}

async function answerKey() {
  const rows = new Map([...byId("answers").querySelectorAll("tr[data-scene]")].map((row) => [row.dataset.scene, row]));
  // One preset after another: the server works on the first one until it is done.
  for (const name of new Set([scene.value, ...rows.keys()])) {
    const known = answers.get(name);
    if (known && (known.problem || known.done === known.total)) continue;
    answers.set(name, await data(`answers?scene=${encodeURIComponent(name)}`));
    if (rows.has(name)) fill(rows.get(name), answers.get(name));
    break;
  }
}

async function update() {
  if (busy || document.hidden) return;
  busy = true;
  try {
    if (byId("key-of-answers").open) await answerKey();
    draw(await data(`guesses?scene=${encodeURIComponent(scene.value)}`));
    say("");
  } catch (error) {
    say(error instanceof TypeError ? "The server does not answer. The page tries again." : error.message);
  }
  busy = false;
}

async function erase() {
  if (!window.confirm("Erase all guesses of the class? This cannot be undone.")) return;
  try {
    await ask("reset", { method: "POST" });
    await update();
  } catch (error) {
    say(error.message);
  }
}

scene.addEventListener("change", update);
byId("reset").addEventListener("click", erase);
byId("key-of-answers").addEventListener("toggle", update);
document.addEventListener("visibilitychange", update);
setInterval(update, EVERY_MS);
update();
