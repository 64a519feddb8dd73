// Times as the page shows them: in the neighbourhood's zone, by the demo's clock where it has been moved.

import { get } from "./api.js";
import { language, t } from "./words.js";

const ZONE = "Asia/Shanghai";
const HOUR = 3_600_000;
const formats = new Map();

let offset = 0; // milliseconds between the demo's clock and the machine's

export const now = () => Date.now() + offset;

function split(moment) {
  const spoken = language();
  if (!formats.has(spoken)) {
    formats.set(spoken, new Intl.DateTimeFormat(spoken, {
      timeZone: ZONE, month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }));
  }
  return Object.fromEntries(formats.get(spoken).formatToParts(moment).map(({ type, value }) => [type, value]));
}

const dayOf = (moment) => Math.floor((+moment + 8 * HOUR) / (24 * HOUR)); // ZONE keeps no summer time

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
  return clock.available;
}

// Seconds until eight in the morning of the next day.
export function toMorning() {
  return Math.round(((dayOf(now()) + 1) * 24 * HOUR - now()) / 1000);
}
