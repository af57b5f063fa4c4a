// Names, dates and numbers as the page writes them.
export const QUESTION = "Does retirement exposure lock in crypto policy?";
export const DISCLAIMER = "A laboratory, not a forecast and not advice.";
export const PARTY = { author: "Author party", opponent: "Opposed party" };
// The series `office` holds 1 or 2.
export const ROLE = { 1: "author", 2: "opponent" };
const FIRST_YEAR = 2025;
const MONTH_NAMES = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
];
const COUNTS = ["never", "once", "twice", "three times", "four times", "five times", "six times"];

export const yearOf = (month) => FIRST_YEAR + Math.floor(month / 12);
export const dateOf = (month) => `${MONTH_NAMES[month % 12]} ${yearOf(month)}`;
export const shortDate = (month) => `${MONTH_NAMES[month % 12].slice(0, 3)} ${yearOf(month)}`;
// The last month that is complete at a point in time, counted from 0.
export const lastMonth = (time) => Math.max(0, Math.floor(time) - 1);
// A number as Python prints it. JavaScript rounds 0.3125 to 0.313, Python to the even digit, 0.312: the two differ where
// a number lies exactly in the middle, an odd multiple of half a power of two.
export function fixed(value, digits) {
  if (Math.abs(value * 2 ** (digits + 1)) % 2 !== 1) return value.toFixed(digits);
  const below = Math.floor(Math.abs(value) * 10 ** digits);
  const even = below % 2 === 0 ? below : below + 1;
  return `${value < 0 ? "-" : ""}${(even / 10 ** digits).toFixed(digits)}`;
}
export const percent = (share, digits = 0) => `${fixed(100 * share, digits)}%`;
export const times = (count) => COUNTS[count] ?? `${count} times`;
