// Decisions in words. A sentence says no more than the recording: what was wanted (the choice with office rent 0 and
// the same draws), what was chosen, and how likely that was.
import { dateOf, percent } from "moat/base/format.js";
import { balance, bestMove, parametersOf, utilities } from "moat/why/choice.js";

const VERBS = {
  hold: "hold",
  loosen: "loosen it",
  warn: "warn savers",
  close: "close it to new money",
  prohibit: "prohibit it",
  enforce: "enforce against providers",
  support: "cover savers' losses",
  disapprove: "have Congress void the rule",
  renew: "renew it",
};

const moveOf = (decision, name) => decision.moves.find((move) => move.name === name) ?? decision.moves[0];
export const placeOf = (decision, name) => Math.max(0, decision.moves.findIndex((move) => move.name === name));

// What a government does with a move, as an infinitive: "cap it at 2%".
export function verb(decision, name) {
  if (decision.docket_open) {
    return name === "hold" ? "withdraw its live item" : `go on with its live item (${name})`;
  }
  if (name === "cap") return `cap it at ${percent(moveOf(decision, name).kappa)}`;
  return VERBS[name] ?? `make the move ${name}`;
}

// A number of utility, with as many digits as it needs: .30, −.004.
export function amount(value, sign = "") {
  const digits = Math.abs(value) < 0.0995 ? 3 : 2;
  const text = Math.abs(value).toFixed(digits);
  const minus = value < 0 && Number(text) !== 0;
  return `${minus ? "−" : Number(text) === 0 ? "" : sign}${text.replace(/^0\./, ".")}`;
}

// Points of the vote, with two digits.
export function points(value) {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 && Number(text) !== 0 ? "−" : ""}${text}`;
}

const chance = (win) => percent(win, 1);

// What a move would have done to the chance of re-election, as a sentence.
function officeSentence(decision, name, party) {
  if (!party.heeds_polls) return "Its rule does not read polls, so office had no weight.";
  const [hold, move] = [decision.moves[0].win, moveOf(decision, name).win];
  const from = `its chance of re-election from ${chance(hold)} to ${chance(move)}`;
  const relative = hold > 0 ? Math.abs(move / hold - 1) : 0;
  if (Math.abs(move - hold) < 0.0005) return `By its poll this would not have changed ${from.split(" from ")[0]}.`;
  if (move > hold) return `By its poll this would have raised ${from}.`;
  return `By its poll this would have cut ${from}: ${percent(relative)} less likely to be re-elected.`;
}

// Why a government that wanted nothing held.
function holdSentence(decision, party) {
  if (decision.moves.length === 1) return "It had no other move.";
  const values = utilities(decision, party);
  const best = bestMove(values);
  const { net } = balance(decision, best, party);
  const what = `Its best other move (${decision.moves[best].name})`;
  if (net <= 0) return `${what} was worth less than holding (${amount(net)}).`;
  if (party.agenda === "competition" && party.polarisation * net <= decision.rival) {
    return `${what} gained ${amount(net)}, but the best rival issue was worth ${amount(decision.rival)}.`;
  }
  return `${what} gained ${amount(net)}.`;
}

// Says that a choice was drawn, where another was likelier. Probabilities are those before the rival issue is drawn.
function drawSentence(decision) {
  const likely = decision.moves.reduce((best, move) => (move.probability > best.probability ? move : best));
  const { probability } = moveOf(decision, decision.chosen);
  if (likely.name === decision.chosen || likely.probability - probability < 1e-9) return "";
  return ` The choice is drawn: this one had a probability of ${percent(probability)}, ${likely.name} of `
    + `${percent(likely.probability)}.`;
}

// One world's decision in one or two sentences.
export function decisionSentence(film, decision) {
  const party = parametersOf(film, decision);
  const [wanted, chosen] = [verb(decision, decision.wanted), verb(decision, decision.chosen)];
  const draw = drawSentence(decision);
  if (decision.wanted !== decision.chosen) {
    const about = decision.wanted === "hold" ? decision.chosen : decision.wanted;
    const net = (name) => amount(balance(decision, placeOf(decision, name), party).net, "+");
    return `Wanted to ${wanted}. ${officeSentence(decision, about, party)} It chose to ${chosen} instead: net gain over `
      + `holding ${net(decision.chosen)}, against ${net(decision.wanted)}.${draw}`;
  }
  if (decision.chosen === "hold" && !decision.docket_open) return `Held. ${holdSentence(decision, party)}${draw}`;
  return `Wanted to ${wanted} and chose to. ${officeSentence(decision, decision.chosen, party)}${draw}`;
}

// The heading of a month: what A and B did. decisions: one of each world, or undefined.
export function heading(month, [a, b]) {
  const date = `${dateOf(month)}.`;
  if (!a || !b) {
    const [name, only] = a ? ["A", a] : ["B", b];
    return `${date} Only World ${name} decided: it chose to ${verb(only, only.chosen)}.`;
  }
  const [didA, didB] = [verb(a, a.chosen), verb(b, b.chosen)];
  const [wantA, wantB] = [verb(a, a.wanted), verb(b, b.wanted)];
  const dared = [a.wanted === a.chosen, b.wanted === b.chosen];
  if (wantA === wantB && a.wanted !== "hold" && dared[0] !== dared[1]) {
    return `${date} Both governments wanted to ${wantA}. Only ${dared[0] ? "A" : "B"} dared.`;
  }
  if (didA === didB) {
    return wantA === wantB && !dared[0] ? `${date} Both governments wanted to ${wantA}. Both chose to ${didA}.`
      : `${date} Both governments chose to ${didA}.`;
  }
  return `${date} A chose to ${didA}, B to ${didB}.`;
}
