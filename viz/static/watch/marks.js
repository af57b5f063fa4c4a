// How all drawings of step 2 show worlds, elections and crashes.
import { s } from "moat/base/dom.js";

export const STROKES = {
  A: { stroke: "var(--a)", "stroke-width": 2.25, "stroke-dasharray": "5 3" },
  B: { stroke: "var(--b)", "stroke-width": 2.5 },
};

export const electionLines = (plot, months) => s("g", { class: "moat-elections" }, ...months.map((month) =>
  plot.vertical(month + 0.5, { stroke: "var(--muted)", "stroke-dasharray": "1 3" })));

export const crashLines = (plot, months) => s("g", { class: "moat-crashes" }, ...months.map((month) =>
  plot.vertical(month + 0.5, { stroke: "var(--caused)", "stroke-width": 1.5 })));

// A short sample of a world's line, for headings and keys.
export function lineSample(name) {
  return s("svg", { width: 38, height: 10, class: "moat-sample", "aria-hidden": "true" },
    s("line", { x1: 1, x2: 37, y1: 5, y2: 5, ...STROKES[name] }));
}
