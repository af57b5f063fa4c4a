// The score of a guess: its distance from the curve at its four points, in reversals of 100 takeovers.
import { BREADTHS } from "moat/guess/curve.js";

const ROUNDING = 1e-9;

// guess: four whole numbers; curve: [{ breadth, share, low, high }].
export function scoreOf(guess, curve) {
  const points = BREADTHS.map((breadth, index) => {
    const { share, low, high } = curve.find((point) => point.breadth === breadth);
    const own = guess[index] / 100;
    return { difference: guess[index] - 100 * share, inside: own >= low - ROUNDING && own <= high + ROUNDING };
  });
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const shares = [curve.find((point) => point.breadth === BREADTHS[0]).share,
    curve.find((point) => point.breadth === BREADTHS.at(-1)).share];
  return {
    signed: mean(points.map(({ difference }) => difference)),
    absolute: mean(points.map(({ difference }) => Math.abs(difference))),
    inside: points.filter(({ inside }) => inside).length,
    guessed: Math.sign(guess.at(-1) - guess[0]),
    model: Math.sign(Math.round(1e9 * (shares[1] - shares[0]))),
  };
}

const number = (value) => String(Number(value.toFixed(1)));
const MORE = { "-1": "fewer", 0: "as many", 1: "more" };

// The score in words.
export function scoreWords({ signed, absolute, inside, guessed, model }) {
  const side = Math.abs(signed) < 0.05 ? "On average you were neither too high nor too low"
    : `You were ${number(Math.abs(signed))} too ${signed > 0 ? "high" : "low"} on average`;
  const direction = guessed === model ? `You saw the direction: ${MORE[model]} reversals with exposure.`
    : `You expected ${MORE[guessed]} reversals with exposure; the model has ${MORE[model]}.`;
  const rest = `Mean distance ${number(absolute)} of 100; ${inside} of ${BREADTHS.length} points inside the 95% band. `;
  return { mark: `${side}.`, rest: rest + direction };
}
