// Drawings that are uncovered as the film plays.
import { freshId, s } from "moat/base/dom.js";

export const FIXED_STROKE = { "vector-effect": "non-scaling-stroke" };

// A group of an SVG of which only a share of the width is visible.
export function uncoverable(svg, width, height) {
  const id = freshId("clip");
  const rect = s("rect", { x: 0, y: -20, width: 0, height: height + 40 });
  const group = s("g", { "clip-path": `url(#${id})` });
  svg.append(s("defs", {}, s("clipPath", { id }, rect)), group);
  return { group, uncover: (share) => rect.setAttribute("width", String(share * width)) };
}
