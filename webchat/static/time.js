// Times as the page shows them: in the neighbourhood's zone, by its clock where that has been moved.

import { get } from "./api.js";
import { language, t } from "./words.js";

const HOUR = 3_600_000;
const SHOWN = { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const COUNTED = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
const formats = new Map();

let offset = 0; // milliseconds between the demo's clock and the machine's
let zone = "Asia/Shanghai"; // until the server has said which

const now = () => Date.now() + offset;

function parts(moment, spoken, options) {
  const key = `${spoken} ${zone} ${options.year}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(spoken, { timeZone: zone, ...options }));
  return Object.fromEntries(formats.get(key).formatToParts(moment).map(({ type, value }) => [type, value]));
}

const split = (moment) => parts(moment, language(), SHOWN);

// What the clock on the wall shows, as milliseconds; two of them can be compared.
function wall(moment) {
  const { year, month, day, hour, minute, second } = parts(moment, "en-GB", COUNTED);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const dayOf = (moment) => Math.floor(wall(moment) / (24 * HOUR));

// `short`: for days gone by, the day alone.
export function label(iso, { short = false } = {}) {
  const moment = new Date(iso);
  const { month, day, hour, minute } = split(moment);
  const days = dayOf(now()) - dayOf(moment);
  const time = `${hour}:${minute}`;
  if (days === 0) return time;
  const then = short ? "" : time;
  return (days === 1 ? t("yesterday", { time: then }) : t("on", { month: parseInt(month, 10) || month, day: parseInt(day, 10), time: then })).trim();
}

export function today() {
  const { month, day, weekday, hour, minute } = split(now());
  return t("today", { month: parseInt(month, 10) || month, day: parseInt(day, 10), weekday, time: `${hour}:${minute}` });
}

// Follows the demo's clock; whether there is one that can be moved.
export async function refreshClock() {
  const clock = await get("/clock");
  offset = new Date(clock.now) - Date.now();
  zone = clock.zone;
  return clock.available;
}

// Seconds until eight in the morning of the next day.
export function toMorning() {
  return Math.round(((dayOf(now()) + 1) * 24 * HOUR + 8 * HOUR - wall(now())) / 1000);
}
