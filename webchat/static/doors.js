// The door sheet: one QR code for each stairwell or household.

import { get } from "./api.js";
import { $, make } from "./dom.js";
import { speakAs, t } from "./words.js";

await speakAs(navigator.language);
document.title = t("doors");
$("print").addEventListener("click", () => window.print());
const { title, doors } = await get("/doors");
const cards = doors.map(({ name, link }) => make("section", { class: "door" },
  make("p", { class: "community" }, title), make("h2", {}, name),
  make("img", { src: `/qr.svg?${new URLSearchParams({ link })}`, alt: t("qr.image") }), make("p", {}, t("doors.hint"))));
$("doors").replaceChildren(...(cards.length ? cards : [make("p", { class: "nothing" }, t("doors.none"))]));
