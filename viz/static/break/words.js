// Differences and verdicts as step 5 writes them: per hundred pairs, because each pair is one takeover.
export const signed = (share, digits = 0) => {
  const text = Math.abs(100 * share).toFixed(digits);
  return Number(text) === 0 ? "0" : `${share < 0 ? "−" : "+"}${text}`;
};

// A percentage without needless zeros: 0.3 is "30%", 0.603 is "60.3%".
export const share = (value) => `${Number((100 * value).toFixed(4))}%`;

export const isDecided = (cell) => !cell.verdict.startsWith("inconclusive");

// What a verdict means for reversals.
export function meaning(cell) {
  if (cell.verdict === "moat") return "fewer reversals";
  if (cell.verdict === "trapdoor") return "more reversals";
  return isDecided(cell) ? "no effect of political size" : "undecided";
}

export const toneOf = (cell) => ({ moat: "prevented", trapdoor: "caused" }[cell.verdict] ?? "muted");

// How many pairs would decide. No number does where the effect sits on the margin.
export function neededText(cell, margin = 0.05) {
  if (isDecided(cell)) return `Decided by ${cell.n} pairs.`;
  if (cell.needed === null) {
    return `Undecided after ${cell.n} pairs. The effect sits on the margin of ${signed(margin).slice(1)} of 100, so no `
      + "number of pairs would decide as long as it stays there.";
  }
  return `Undecided after ${cell.n} pairs; about ${cell.needed.toLocaleString("en-US")} would decide.`;
}
