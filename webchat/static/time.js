// Times as the page shows them, in the neighbourhood's zone, and the demo's clock.

import { get, post } from "./api.js";
import { $ } from "./dom.js";
import { failed } from "./overlay.js";

const ZONE = "Asia/Shanghai";
const HOUR = 3_600_000;
const parts = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

let offset = 0; // milliseconds between the demo's clock and the machine's

export const now = () => Date.now() + offset;

function split(moment) {
  return Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, value]));
}

const dayOf = (moment) => Math.floor((+moment + 8 * HOUR) / (24 * HOUR)); // ZONE keeps no summer time

export function label(iso) {
  const moment = new Date(iso);
  const { month, day, hour, minute } = split(moment);
  const days = dayOf(now()) - dayOf(moment);
  const clock = `${hour}:${minute}`;
  if (days === 0) return clock;
  return days === 1 ? `昨天 ${clock}` : `${month}月${day}日 ${clock}`;
}

function show() {
  const { month, day, weekday, hour, minute } = split(now());
  $("clock-now").textContent = `${month}月${day}日 ${weekday} ${hour}:${minute}`;
}

export async function refreshClock() {
  const clock = await get("/clock");
  offset = new Date(clock.now) - Date.now();
  $("clockbar").hidden = !clock.available;
  show();
}

function toMorning() {
  const today = dayOf(now());
  return Math.round(((today + 1) * 24 * HOUR + 8 * HOUR - (now() + 8 * HOUR)) / 1000);
}

export function startClock() {
  $("clockbar").addEventListener("click", async ({ target }) => {
    const seconds = "morning" in target.dataset ? toMorning() : Number(target.dataset.seconds);
    if (!seconds) return;
    target.disabled = true;
    try {
      await post("/clock/advance", { seconds });
      await refreshClock();
    } catch (error) {
      failed(error);
    }
    target.disabled = false;
  });
  setInterval(show, 5000);
}
