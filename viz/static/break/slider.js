// A slider with round steps beside the field that holds the exact value.
import { h } from "moat/base/dom.js";

const LONG_RANGE = 1000;
const ABOUT_STEPS = 100;

// The step of a slider: 1, 2 or 5 times a power of ten, about a hundred over the range.
function roundStep(low, high) {
  const rough = (high - low) / ABOUT_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough * (1 - 1e-9));
  return Number((factor * power).toPrecision(6));
}

// Round values from low to high where the range spans several powers of ten: 200, 500, 1000, ...
function roundStops(low, high) {
  const stops = [low];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    stops.push(...[1, 2, 5].map((factor) => factor * power).filter((stop) => stop > low && stop < high));
  }
  return [...stops, high];
}

const nearest = (stops, value) =>
  stops.reduce((best, stop, index) => (Math.abs(Math.log(stop / value)) < Math.abs(Math.log(stops[best] / value)) ? index : best), 0);

// Returns { slider, exact, show }: the value is always that of `exact`; show(text) sets both.
export function sliderWithField(card, attributes, bounds) {
  const exact = h("input", { type: "number", ...bounds, "aria-label": `${card.label}, exact value` });
  const stops = card.low > 0 && card.high / card.low >= LONG_RANGE ? roundStops(card.low, card.high) : null;
  const step = card.kind === "whole" ? Math.max(1, roundStep(card.low, card.high)) : roundStep(card.low, card.high);
  const first = Number((Math.ceil(card.low / step - 1e-9) * step).toPrecision(9));
  const range = stops ? { min: 0, max: stops.length - 1, step: 1 } : { min: first, max: card.high, step };
  const slider = h("input", { ...attributes, type: "range", ...range });
  const place = () => {
    const value = Number(exact.value);
    slider.value = stops ? nearest(stops, Math.max(value, card.low)) : exact.value;
    slider.setAttribute("aria-valuetext", exact.value);
  };
  slider.addEventListener("input", () => {
    exact.value = stops ? stops[Number(slider.value)] : slider.value;
    slider.setAttribute("aria-valuetext", exact.value);
    exact.dispatchEvent(new Event("change"));
  });
  exact.addEventListener("input", place);
  return { slider, exact, show: (text) => { exact.value = text; place(); } };
}
