// Who there is, whom one plays, and how they like their page.

import { get, post } from "./api.js";
import { avatar, make } from "./dom.js";
import { box, failed } from "./overlay.js";
import { languageOf, t } from "./words.js";

export let people = [];

export async function loadPeople() {
  people = (await get("/people")).people;
  return people;
}

export const personOf = (id) => people.find((person) => person.id === id);

const LANGUAGES = [["zh-hans", "简体中文"], ["zh-hant", "繁體中文"], ["en", "English"]];

function row(person, chosen, current) {
  const tag = person.elder ? make("small", { class: "tag" }, t("elder")) : null;
  const text = make("span", { class: "row-text" }, make("b", {}, person.name, " ", tag), make("small", {}, person.note || t("number", { id: person.id })));
  const element = make("button", { type: "button", class: "row", onclick: () => chosen(person) }, avatar(person.name, { symbol: person.avatar }), text);
  if (person.id === current) element.setAttribute("aria-current", "true");
  return element;
}

let asking = null; // the chooser that is open: { dialog, onChosen }

// `current` may change how their own page looks: larger, and in which language.
function likings(current) {
  const change = (what) => post("/people", { id: current.id, ...what }).catch(failed);
  const elder = make("input", { type: "checkbox", checked: current.elder, onchange: () => change({ elder: elder.checked }) });
  const language = make("select", { onchange: () => change({ language: language.value }), "aria-label": t("language") },
    ...LANGUAGES.map(([code, name]) => make("option", { value: code, selected: languageOf(code) === languageOf(current.language) }, name)));
  return make("div", { class: "likings" }, make("label", {}, elder, t("elder")), make("label", {}, t("language"), " ", language));
}

// The page speaks another language now: so does the chooser in which that was chosen.
export function chooseAgain(current) {
  if (!asking?.dialog.open) return;
  const { dialog, onChosen } = asking;
  dialog.close();
  choosePerson(current, onChosen);
}

// Of the people loaded last.
export function choosePerson(current, onChosen) {
  if (document.querySelector("dialog[open]")) return; // asked while it was being asked: once is enough
  const done = (person) => { dialog.close(); onChosen(person); };
  const name = make("input", { type: "text", maxlength: 64, placeholder: t("new.name"), "aria-label": t("new.name") });
  const elder = make("input", { type: "checkbox" });
  const add = async (event) => {
    event.preventDefault();
    if (!name.value.trim()) return name.focus();
    try {
      done(await post("/people", { name: name.value.trim(), elder: elder.checked }));
    } catch (error) {
      failed(error);
    }
  };
  const form = make("form", { class: "new-person", onsubmit: add }, name, make("label", {}, elder, t("new.elder")), make("button", { type: "submit", class: "primary" }, t("join")));
  const rows = people.map((person) => row(person, done, current?.id));
  if (rows.length) rows[0].autofocus = true;
  const list = make("div", { class: "rows" }, ...rows);
  const hint = make("p", { class: "hint" }, t("who.hint"));
  const dialog = box(t("who"), [hint, current ? likings(current) : null, list, form], { close: current ? "close" : "" });
  asking = { dialog, onChosen };
}
