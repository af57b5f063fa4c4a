// Numbers and words of the paired answer. Digits are those that `moat run` prints.
import { h } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";

const MINUS = "−";
export const DEPTHS = ["prohibited", "reversed", "neutral", "restricted"]; // deepest first
export const DEPTH_WORDS = { prohibited: "prohibited", reversed: "reversed", neutral: "back to neutral",
  restricted: "restricted", stands: "in force" };

export const depthOf = (arm) => DEPTHS.find((name) => arm[name]) ?? "stands";

// World A and World B of a row.
export const armsOf = (row, breadth) => [row.arms[0], row.arms.find((arm) => arm.breadth === breadth)];

// A difference of shares, per hundred: as many digits as the three of the command line.
function perHundred(share) {
  const text = (100 * Number(share.toFixed(3))).toFixed(1);
  return text === "-0.0" ? "0.0" : text.replace("-", MINUS);
}

const signedPerHundred = (share) => (Number(share.toFixed(3)) > 0 ? `+${perHundred(share)}` : perHundred(share));

// 0.98333 is "98.33%".
const levelText = (level) => `${Number((100 * level).toPrecision(4))}%`;

// "−5.0 of 100", "(98.33% interval −11.7 to −0.4)".
export const differenceTexts = (answer) => [`${signedPerHundred(answer.difference)} of 100`,
  `(${levelText(answer.level)} interval ${signedPerHundred(answer.low)} to ${signedPerHundred(answer.high)})`];

const small = (margin) => `${100 * margin} of 100`;

// The word of the declared rule, and what it means for this interval.
export function verdictWords(answer, margin) {
  switch (answer.verdict) {
    case "moat": return ["Moat.", `The whole interval lies below ${MINUS}${small(margin)}.`];
    case "trapdoor": return ["Trapdoor.", `The whole interval lies above +${small(margin)}.`];
    case "no effect of political size": return ["No effect of political size.",
      `The whole interval lies within ${small(margin)}.`];
    default: return [`Inconclusive after ${answer.n} pairs.`,
      `The interval includes effects smaller than ${small(margin)}`
      + ` and larger ones. ${neededWords(answer)}`];
  }
}

function neededWords({ needed, difference }) {
  if (needed === null) return "A difference on the margin itself stays undecided, however many pairs are played.";
  return `About ${needed.toLocaleString("en")} pairs would decide if the difference stayed at `
    + `${signedPerHundred(difference)}.`;
}

const times = (count, kind) => h("b", { class: `moat-${kind}` }, String(count));

// The heading: what exposure changed in the hundred pairs.
export function headingParts(answer) {
  const { n, prevented, caused, unchanged, differ_in_depth: depth } = answer;
  return [`Same luck, ${n} times: exposure prevented `, times(prevented, "prevented"),
    ` reversal${prevented === 1 ? "" : "s"}, caused `, times(caused, "caused"), `, changed no reversal in ${unchanged}`,
    depth ? ` (${depth} of them differ${depth === 1 ? "s" : ""} in depth).` : "."];
}

export const shareText = ({ low, high }) => `95%: ${percent(low)} to ${percent(high)}`;
