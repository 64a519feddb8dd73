// The desk: up to four phones, each somebody's page, with the demo's clock, tour, faults and codes above them.

import { get, listen, post } from "./api.js";
import { faultsPanel } from "./faults.js";
import { $, button, make } from "./dom.js";
import { box, failed, toast } from "./overlay.js";
import { choosePerson, loadPeople, people, personOf } from "./people.js";
import { refreshClock, today, toMorning } from "./time.js";
import { Guide, chooseStory } from "./tour.js";
import { dress, speakAs, t } from "./words.js";

const MOST = 4;

let phones = []; // {person, element, frame, name}
let current = null;

// ---- phones

function address(person, chat) {
  return `/#${new URLSearchParams({ person, chat: chat || person })}`;
}

function addPhone(person, chat) {
  const name = make("b", {}, personOf(person)?.name || "");
  const frame = make("iframe", { src: address(person, chat), title: t("phone.of", { name: personOf(person)?.name || person }), allow: "microphone; geolocation; clipboard-write" });
  const away = button("✕", () => removePhone(phone));
  away.setAttribute("aria-label", t("phone.close"));
  const phone = { person, frame, name, element: make("section", { class: "phone" }, make("div", { class: "phone-top" }, name, away), frame) };
  phones.push(phone);
  $("phones").append(phone.element);
  return phone;
}

function removePhone(phone) {
  phones = phones.filter((one) => one !== phone);
  phone.element.remove();
  if (current === phone) current = phones[0] || null;
  arranged();
}

function arranged() {
  location.replace(`#${phones.map((phone) => phone.person).join(",")}`);
  $("add-phone")?.remove();
  if (phones.length < MOST) {
    const add = button(t("add.phone"), () => loadPeople().then(() => choosePerson(null, (person) => { show(addPhone(person.id)); arranged(); })).catch(failed), "add-phone");
    add.id = "add-phone";
    $("phones").append(add);
  }
  show(current || phones[0]);
}

// On a small screen one phone is seen at a time; on a large one the current is only marked, and only by a tour.
function show(phone) {
  current = phone;
  for (const one of phones) one.element.classList.toggle("current", one === phone && (guide.running || narrow.matches));
  $("tabs").replaceChildren(...phones.map((one) => {
    const tab = button(personOf(one.person)?.name || String(one.person), () => show(one), "tab");
    if (one === phone) tab.setAttribute("aria-current", "true");
    return tab;
  }));
}

const narrow = window.matchMedia("(max-width: 899px)");
narrow.addEventListener("change", () => show(current));

// The phone that shows somebody: one that does already, or the last one, which becomes theirs.
function phoneOf(person) {
  let phone = phones.find((one) => one.person === person);
  if (!phone && phones.length < MOST) phone = addPhone(person);
  if (!phone) {
    phone = phones.filter((one) => !guide.needs(one.person)).at(-1) || phones.at(-1);
    phone.person = person;
    phone.frame.contentWindow.location.replace(address(person));
  }
  arranged();
  return phone;
}

const guide = new Guide({
  box: $("guide"),
  phoneOf: (person) => { const phone = phoneOf(person); show(phone); return phone.frame; },
  nameOf: (person) => personOf(person)?.name || String(person),
  ended: () => show(current),
  beginAnew: () => $("reset").click(),
});

window.addEventListener("message", ({ data, origin, source }) => {
  if (origin !== location.origin || typeof data !== "object") return;
  const phone = phones.find((one) => one.frame.contentWindow === source);
  if (!phone) return;
  if (data.me) {
    phone.person = data.me;
    phone.name.textContent = data.name;
    phone.frame.title = t("phone.of", { name: data.name });
    arranged();
  }
  if (data.pressed) guide.pressed(phone.person, data.pressed);
  if (data.refused) guide.refused(phone.person, data.refused);
  if (data.drawn) guide.drawn(phone.frame, data.drawn, data.chat);
});

// ---- tools

function drawClock() {
  $("clock-now").textContent = today();
}

$("clock").addEventListener("click", async ({ target }) => {
  const seconds = "morning" in target.dataset ? toMorning() : Number(target.dataset.seconds);
  if (!seconds) return;
  target.disabled = true;
  try {
    await post("/clock/advance", { seconds });
    await refresh();
  } catch (error) {
    failed(error);
  }
  target.disabled = false;
});

$("tour").addEventListener("click", async () => {
  const { stories } = await get("/tour").catch((error) => { failed(error); return { stories: [] }; });
  chooseStory(stories, (story) => guide.begin(story));
});

$("faults").addEventListener("click", () => faultsPanel().catch(failed));

$("qr").addEventListener("click", async () => {
  const { bots } = await get("/bots").catch((error) => { failed(error); return { bots: [] }; });
  const image = make("img", { class: "qr-image", alt: t("qr.image"), hidden: true });
  const link = make("input", { type: "text", maxlength: 512, value: `https://t.me/${bots[0]?.username || ""}?start=`, "aria-label": t("link") });
  const draw = (event) => {
    event.preventDefault();
    image.src = `/qr.svg?${new URLSearchParams({ link: link.value.trim() })}`;
    image.hidden = false;
  };
  image.addEventListener("error", () => { image.hidden = true; toast(t("refused.no_link")); });
  const form = make("form", { class: "fields", onsubmit: draw }, make("label", {}, t("link"), link), make("button", { type: "submit", class: "primary" }, t("qr.draw")));
  const sheet = make("a", { class: "sheet-row door-link", href: "/doors", target: "_blank" }, t("doors"));
  box(t("qr"), [make("p", { class: "hint" }, t("qr.hint")), form, image, sheet], { close: "close" });
});

$("reset").addEventListener("click", () => {
  const yes = async () => {
    dialog.close();
    guide.stop();
    toast(t("reset.doing"));
    try {
      localStorage.clear();
      await post("/restart");
    } catch (error) {
      failed(error);
    }
  };
  const dialog = box(t("reset"), [make("p", { class: "hint" }, t("reset.sure")), button(t("reset.yes"), yes, "primary")]);
});

// ---- what is new

async function refresh() {
  await loadPeople();
  $("clock").hidden = !await refreshClock();
  drawClock();
  if (!phones.length) begin();
}

function begin() {
  const wanted = location.hash.slice(1).split(",").map(Number).filter((id) => personOf(id));
  const whose = wanted.length ? wanted : people.slice(0, narrow.matches || innerWidth > 1300 ? MOST : 2).map((person) => person.id);
  for (const person of [...new Set(whose)].slice(0, MOST)) addPhone(person);
  if (phones.length) arranged();
}

await speakAs(navigator.language);
dress(document);
await refresh().catch(failed);
listen(() => refresh().catch(() => {}), () => {});
setInterval(drawClock, 5000);
