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
export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}%`;
export const times = (count) => COUNTS[count] ?? `${count} times`;
