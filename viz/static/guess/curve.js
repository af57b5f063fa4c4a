// The guess as a drawing: four columns, and a point that the visitor drags in each. A point without a value waits below
// the plot. Keyboards use the number fields of the step.
import { clamp, s } from "moat/base/dom.js";
import { Drawing, Plot } from "moat/base/plot.js";
import { percent } from "moat/base/format.js";

export const BREADTHS = [0, 0.1, 0.3, 0.6];
export const MOST = 100;
const HEIGHT = 400;
const WAITING = 62; // pixels from the axis down to a point that waits
const REACH = 24; // half the width of a column that takes the pointer
const SIZE = 10;

export const diamond = (x, y, size, attributes) =>
  s("path", { d: `M${x} ${y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z`, ...attributes });

export class GuessCurve {
  // values: four whole numbers or null; onSet(index, value).
  constructor(values, onSet) {
    this.values = values;
    this.onSet = onSet;
    this.drawing = new Drawing("Your curve: reversals of 100 takeovers against the share of voters exposed. The number "
      + "fields below set the same points.", (width) => (width < 500 ? 330 : HEIGHT),
      (width, height) => this.#draw(width, height));
    this.node = this.drawing.node;
    this.node.classList.add("moat-guess-plot");
  }

  redraw() { this.drawing.redraw(); }

  #draw(width, height) {
    const plot = new Plot({ width, height, x: [-0.03, 0.63], y: [0, MOST], left: 38, right: 8, top: 16, bottom: 84 });
    this.plot = plot;
    plot.yAxis([0, 25, 50, 75, 100], { size: 12 });
    for (const breadth of BREADTHS) {
      const x = plot.x(breadth);
      plot.under.append(s("rect", { x: x - 5, y: plot.top, width: 10, height: plot.bottom - plot.top, rx: 5,
        fill: "var(--faint)", stroke: "var(--line)" }));
      plot.labels.add(percent(breadth), x, plot.bottom + 20,
        { size: 13, anchor: "middle", weight: "bold", halo: false });
      if (breadth === 0) {
        plot.labels.add("World A", x, plot.bottom + 36, { anchor: "middle", halo: false, fill: "var(--muted)" });
      }
    }
    const known = this.values.map((value, index) => [BREADTHS[index], value]).filter(([, value]) => value !== null);
    const line = (attributes) => plot.line(known.map(([, value]) => value), known.map(([breadth]) => breadth),
      attributes);
    plot.marks.append(line({ stroke: "var(--guess)", "stroke-width": 9, "stroke-linejoin": "round" }),
      line({ stroke: "var(--ink)", "stroke-width": 1.5, "stroke-dasharray": "3 3" }));
    this.values.forEach((value, index) => this.#point(plot, index, value));
    return plot.node;
  }

  #point(plot, index, value) {
    const x = plot.x(BREADTHS[index]);
    const y = value === null ? plot.bottom + WAITING : plot.y(value);
    if (value === null) {
      plot.marks.append(s("circle", { cx: x, cy: y, r: 17, fill: "none", stroke: "var(--edge)" }),
        diamond(x, y, SIZE, { fill: "none", stroke: "var(--ink)", "stroke-dasharray": "3 2", "stroke-width": 1.5 }));
      // The last one has room beside it: to its right another point may wait.
      plot.labels.block(x - 18, y - 18, x + 18, y + 18);
      if (!this.locked && index === this.values.lastIndexOf(null)) {
        plot.labels.add("drag me ↑", x + 24, y + 4, { weight: "bold", tries: [[0, 0], [-112, 0]] });
      }
    } else {
      plot.marks.append(diamond(x, y, SIZE, { fill: "var(--guess)", stroke: "var(--ink)", "stroke-width": 1.5 }));
      plot.labels.add(String(value), x, y, { size: 17, weight: "bold", must: true,
        tries: [[14, -6], [14, 24], [-36, -6]] });
    }
    if (this.locked) return;
    const column = s("rect", { x: x - REACH, y: plot.top - 14, width: 2 * REACH, height: plot.height - plot.top + 14,
      fill: "transparent", class: "moat-column", "data-breadth": BREADTHS[index] });
    // The column is drawn anew while it moves, so the listeners of a move stand at the whole drawing.
    column.addEventListener("pointerdown", (event) => this.#drag(event, index));
    plot.marks.append(column);
  }

  #drag(event, index) {
    if (event.button !== 0) return;
    event.preventDefault();
    const svg = this.node;
    svg.setPointerCapture(event.pointerId);
    const move = ({ clientY }) => {
      const y = clientY - svg.getBoundingClientRect().top;
      if (this.values[index] === null && y > this.plot.bottom + SIZE) return; // still below the plot
      const share = (this.plot.bottom - y) / (this.plot.bottom - this.plot.top);
      this.onSet(index, Math.round(MOST * clamp(share, 0, 1)));
    };
    const end = () => {
      svg.removeEventListener("pointermove", move);
      for (const kind of ["pointerup", "pointercancel"]) svg.removeEventListener(kind, end);
    };
    svg.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) svg.addEventListener(kind, end);
    move(event);
  }
}
