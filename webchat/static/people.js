// Who one is: the list of people, and how to become one of them.

import { get, post } from "./api.js";
import { avatar, button, make } from "./dom.js";
import { box, failed } from "./overlay.js";

export let people = [];

export async function loadPeople() {
  people = (await get("/people")).people;
  return people;
}

export const personOf = (id) => people.find((person) => person.id === id);

function row(person, chosen, current) {
  const tag = person.elder ? make("small", { class: "tag" }, "长辈版") : null;
  const text = make("span", { class: "row-text" }, make("b", {}, person.name, " ", tag), make("small", {}, person.note || `编号 ${person.id}`));
  const element = make("button", { type: "button", class: "row", onclick: () => chosen(person) }, avatar(person.name, { symbol: person.avatar }), text);
  if (person.id === current) element.setAttribute("aria-current", "true");
  return element;
}

export async function choosePerson(current, onChosen) {
  await loadPeople();
  if (document.querySelector("dialog[open]")) return; // asked while it was being asked: once is enough
  const done = (person) => { dialog.close(); onChosen(person); };
  const name = make("input", { type: "text", maxlength: 64, placeholder: "新来的人叫什么", "aria-label": "新来的人叫什么" });
  const elder = make("input", { type: "checkbox", id: "new-elder" });
  const add = async (event) => {
    event.preventDefault();
    if (!name.value.trim()) return name.focus();
    try {
      done(await post("/people", { name: name.value.trim(), elder: elder.checked }));
    } catch (error) {
      failed(error);
    }
  };
  const form = make("form", { class: "new-person", onsubmit: add }, name, make("label", {}, elder, "长辈版"), make("button", { type: "submit", class: "primary" }, "加入"));
  const rows = people.map((person) => row(person, done, current));
  const list = make("div", { class: "rows" }, ...rows);
  const close = current ? button("关闭", () => dialog.close(), "sheet-row cancel") : null;
  const dialog = box("您是谁？", make("p", { class: "hint" }, "这里是演示：可以扮演任何人，随时可换。"), list, form, close);
}
