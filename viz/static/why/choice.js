// The choice of a government, weighed anew from what it perceived. Mirrors agents/party/decisions.py, choice.py and
// agenda.py: tests/browser/test_why.py compares both. Pure functions of a recorded decision and the party's parameters.

const HOLD = 0;

// The parameters at a decision. The title has those of the film, a decision those that a dated event has changed.
export const parametersOf = (film, decision, dialled = {}) => ({ ...film.title.party, ...decision.party, ...dialled });

// Complementary error function, to about 1e-13: a series of positive terms.
function erfc(x) {
  if (Math.abs(x) > 6) return x > 0 ? 0 : 2;
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

// Utility of the office in a move, before the other terms: the rent times the chance of winning (ODD D4).
const office = (move, party) => (party.heeds_polls ? party.office_rent * move.win : 0);

// Utilities of the moves, in the order of the menu (ODD D4).
export const utilities = (decision, party) => decision.moves.map((move) =>
  office(move, party) - party.policy_weight * move.distance + move.donors - move.cost - move.credibility);

// What a move gains and risks against holding. All in units of utility; net = policy - risk + rest.
export function balance(decision, index, party) {
  const hold = decision.moves[HOLD];
  const move = decision.moves[index];
  const values = utilities(decision, party);
  const policy = party.policy_weight * (hold.distance - move.distance);
  const risk = office(hold, party) - office(move, party);
  const net = values[index] - values[HOLD];
  return { policy, risk, rest: net - policy + risk, net };
}

function softmax(values) {
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

// Value of a nest: the log of the mean exponentiated value of its moves (ODD D5).
function inclusiveValue(values, dissimilarity) {
  const largest = Math.max(...values);
  if (values.length === 1) return largest;
  const sum = values.reduce((total, value) => total + Math.exp((value - largest) / dissimilarity), 0);
  return largest + dissimilarity * Math.log(sum / values.length);
}

// Places of the moves of each nest, in the order in which the nests first occur.
function nestsOf(moves, places) {
  const nests = new Map();
  for (const place of places) {
    const { nest } = moves[place];
    nests.set(nest, [...(nests.get(nest) ?? []), place]);
  }
  return nests;
}

const firstLargest = (values) => values.indexOf(Math.max(...values));

// Nested logit with the recorded draws among some of the moves (ODD D6).
function choose(decision, values, places, party) {
  const scaled = values.map((value) => party.choice_precision * value);
  const nests = [...nestsOf(decision.moves, places)];
  const [, moves] = nests[firstLargest(nests.map(([nest, members]) => decision.nest_draws[nest]
    + inclusiveValue(members.map((place) => scaled[place]), party.nest_dissimilarity)))];
  return moves[firstLargest(moves.map((place) =>
    scaled[place] / party.nest_dissimilarity + decision.moves[place].draw))];
}

// Probabilities of nested logit over the whole menu (ODD D8).
function nestedLogit(decision, values, party) {
  const scaled = values.map((value) => party.choice_precision * value);
  const nests = [...nestsOf(decision.moves, values.keys()).values()];
  const shares = softmax(nests.map((members) =>
    inclusiveValue(members.map((place) => scaled[place]), party.nest_dissimilarity)));
  const result = values.map(() => 0);
  nests.forEach((members, nest) => {
    const within = softmax(members.map((place) => scaled[place] / party.nest_dissimilarity));
    members.forEach((place, i) => { result[place] = shares[nest] * within[i]; });
  });
  return result;
}

// The move with the largest utility besides holding; holding if there is no other.
export function bestMove(values) {
  if (values.length === 1) return HOLD;
  return 1 + firstLargest(values.slice(1));
}

// Probability that the issue gets the slot (ODD D28).
function slotProbability(gain, party) {
  const worth = party.polarisation * gain;
  if (worth <= 0) return 0;
  if (party.rival_value <= 0 || party.rival_log_sd <= 0) return worth > party.rival_value ? 1 : 0;
  return 0.5 * erfc(-Math.log(worth / party.rival_value) / (party.rival_log_sd * Math.SQRT2));
}

// Moves of the best move's nest that beat a threshold (ODD D29).
function competingMoves(decision, values, rival, party) {
  const { nest } = decision.moves[bestMove(values)];
  const least = party.agenda_scope === "moves" && party.polarisation > 0 ? rival / party.polarisation : 0;
  return [...values.keys()].filter((place) => place !== HOLD && decision.moves[place].nest === nest
    && values[place] - values[HOLD] > least);
}

// Probabilities before the rival issue is drawn (ODD D31).
function competitionProbabilities(decision, values, party) {
  const best = bestMove(values);
  const gain = values[best] - values[HOLD];
  const result = values.map(() => 0);
  const opens = decision.docket_open ? Number(gain >= 0) : slotProbability(gain, party);
  if (best !== HOLD && opens > 0) {
    const moves = decision.docket_open ? [best] : competingMoves(decision, values, 0, party);
    const scale = party.choice_precision / party.nest_dissimilarity;
    softmax(moves.map((place) => scale * values[place])).forEach((share, i) => { result[moves[i]] = opens * share; });
  }
  result[HOLD] = best === HOLD ? 1 : 1 - opens;
  return result;
}

// The choice under agenda competition, with the recorded draws (ODD D30).
function competition(decision, values, party) {
  const best = bestMove(values);
  const gain = values[best] - values[HOLD];
  if (decision.docket_open) return gain < 0 ? HOLD : best;
  if (best === HOLD || gain <= 0 || party.polarisation * gain <= decision.rival) return HOLD;
  return choose(decision, values, competingMoves(decision, values, decision.rival, party), party);
}

// Probability of each move, in the order of the menu.
export function probabilities(decision, party) {
  const values = utilities(decision, party);
  return party.agenda === "competition" ? competitionProbabilities(decision, values, party)
    : nestedLogit(decision, values, party);
}

// Place of the move that the government chooses with the draws it had.
export function chosen(decision, party) {
  const values = utilities(decision, party);
  return party.agenda === "competition" ? competition(decision, values, party)
    : choose(decision, values, [...values.keys()], party);
}
