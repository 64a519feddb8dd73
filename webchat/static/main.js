// The page: whose eyes one looks through, which chat is open, and what is new.

import { get, listen, post } from "./api.js";
import { bubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { $, avatar, button, make } from "./dom.js";
import { alertBox, failed, sheet, toast } from "./overlay.js";
import { choosePerson, loadPeople, people, personOf } from "./people.js";
import { label, refreshClock, startClock } from "./time.js";

const GAP = 5 * 60_000; // a time mark stands where nothing was said for this long
const KEPT = 300; // messages shown at once

let me = null;
let chat = null; // as the control API tells it
let messages = new Map();
let drawn = new Map(); // message id -> {version, element}
let version = 0;

const where = () => ({ person: me.id, chat: chat.id });

async function act(promise) {
  try {
    const answer = await promise;
    await refresh();
    toBottom();
    return answer;
  } catch (error) {
    failed(error);
    return null;
  }
}

const composer = new Composer(where, act);

// ---- links and buttons

function isDeepLink(url) {
  return /^(https?:\/\/)?(t|telegram)\.me\/[a-z0-9_]+/i.test(url) || /^tg:\/\/resolve/i.test(url);
}

function open(url) {
  if (!isDeepLink(url)) return false;
  post("/follow", { person: me.id, link: url }).then((message) => go(me.id, message.chat)).catch(failed);
  return true;
}

async function press(message, key, element) {
  element.disabled = true;
  element.classList.add("waiting");
  try {
    const done = await post("/press", { ...where(), message: message.id, ...(key.data ? { data: key.data, label: key.label } : { label: key.label }), wait: 15 });
    if (done.url) sheet("打开网页", [[`打开 ${done.url}`, () => window.open(done.url, "_blank", "noopener")]]);
    else if (done.copied) { await navigator.clipboard?.writeText(done.copied).catch(() => {}); toast("已复制"); }
    else if (done.message) go(me.id, done.chat);
    else if (done.answer === null) toast("暂时没有回应，请再试一次");
    else if (done.answer.url) open(done.answer.url);
    else if (done.answer.text) (done.answer.show_alert ? alertBox : toast)(done.answer.text);
  } catch (error) {
    failed(error);
  }
  element.disabled = false;
  element.classList.remove("waiting");
}

function menu(message) {
  const items = [["回复", () => composer.reply(message)]];
  if (message.text) items.push(["复制", () => navigator.clipboard?.writeText(message.text).then(() => toast("已复制"))]);
  if (message.from.id === me.id && message.text) items.push(["修改", () => composer.edit(message)]);
  sheet("消息", items);
}

function jump(id) {
  const element = $(`m${id}`);
  if (!element) return toast("原消息不在这里了");
  element.scrollIntoView({ block: "center" });
  element.classList.add("flash");
  setTimeout(() => element.classList.remove("flash"), 1500);
}

const actions = { open, press, menu, jump, say: (text) => act(post("/say", { ...where(), text })) };

// ---- drawing

const atBottom = () => { const box = $("messages"); return box.scrollHeight - box.scrollTop - box.clientHeight < 120; };
const toBottom = () => { $("messages").scrollTop = $("messages").scrollHeight; };

function drawMessages() {
  const nodes = [];
  let last = 0;
  for (const message of [...messages.values()].sort((one, other) => one.id - other.id).slice(-KEPT)) {
    const moment = +new Date(message.date);
    if (moment - last > GAP) nodes.push(make("p", { class: "mark" }, label(message.date)));
    last = moment;
    const held = drawn.get(message.id);
    if (held?.version !== message.version) {
      const mine = message.from.id === me.id;
      const style = { mine, group: chat.kind !== "private", symbol: personOf(message.from.id)?.avatar };
      drawn.set(message.id, { version: message.version, element: bubble(message, style, actions) });
    }
    nodes.push(drawn.get(message.id).element);
  }
  $("messages").replaceChildren(...nodes);
}

function drawChat() {
  const members = chat.members ? `（${chat.members.length + chat.bots.filter((bot) => ["member", "administrator"].includes(bot.status)).length}）` : "";
  $("title").textContent = chat.title + members;
  $("pinned").hidden = !chat.pinned;
  $("pinned").textContent = chat.pinned ? `📌 公告：${chat.pinned.text}` : "";
  const asleep = chat.kind === "private" && (!chat.started || chat.blocked);
  $("composer").hidden = asleep;
  if (asleep) $("keyboard").hidden = $("panel").hidden = true;
  $("start").hidden = !asleep;
  if (asleep) drawStart();
  else composer.update(chat);
  document.title = `${chat.title} · ${me.name}`;
}

function drawStart() {
  const [bot] = chat.bots;
  const wake = chat.blocked
    ? button("取消屏蔽", () => act(post("/block", { ...where(), blocked: false, bot: bot.id })), "primary")
    : button("开始", () => act(post("/say", { ...where(), text: "/start" })), "primary");
  $("start").replaceChildren(...(bot.description && !chat.blocked ? [make("p", {}, bot.description)] : []), wake);
}

function drawList(list) {
  const rows = list.map((one) => {
    const badge = one.unread ? make("span", { class: "badge", "aria-label": `${one.unread} 条未读` }, one.unread > 99 ? "99+" : String(one.unread)) : null;
    const last = make("small", { class: "row-last" }, one.mentioned ? make("em", {}, "[有人@我] ") : null, one.last);
    const face = make("span", { class: "face" }, avatar(one.title, { bot: one.kind === "private" }), badge);
    const text = make("span", { class: "row-text" }, make("b", {}, one.title), last);
    const row = make("button", { type: "button", class: "row", onclick: () => go(me.id, one.id) }, face, text, make("time", {}, one.date ? label(one.date) : ""));
    if (chat && one.id === chat.id) row.setAttribute("aria-current", "true");
    return row;
  });
  $("chats").replaceChildren(...rows);
  const unread = list.reduce((sum, one) => sum + (chat && one.id === chat.id ? 0 : one.unread), 0);
  $("back").textContent = unread ? `‹ ${unread > 99 ? "99+" : unread}` : "‹";
}

function drawMe() {
  document.body.classList.toggle("elder", me.elder);
  $("me").replaceChildren(avatar(me.name, { symbol: me.avatar }), make("span", { class: "row-text" }, make("b", {}, me.name), make("small", {}, me.note || "点这里换人")), make("span", { class: "swap", "aria-hidden": "true" }, "⇄ 换人"));
  $("me-here").replaceChildren(avatar(me.name, { symbol: me.avatar }));
}

// ---- what is new

async function refreshChat() {
  const opened = chat.id;
  const query = { ...where(), since: version, limit: KEPT, read: document.hidden ? "0" : "1" };
  const fresh = await get("/messages", query);
  if (!chat || chat.id !== opened) return;
  if (fresh.version < version) { // another server, or an emptied one
    messages.clear();
    drawn.clear();
    version = 0;
    return refreshChat();
  }
  const stick = atBottom();
  chat = fresh;
  version = fresh.version;
  for (const message of fresh.messages) {
    if (message.deleted) { messages.delete(message.id); drawn.delete(message.id); }
    else messages.set(message.id, message);
  }
  const asked = fresh.messages.at(-1);
  if (asked?.force_reply && asked.id === Math.max(...messages.keys())) composer.reply(asked);
  const first = $("messages").childElementCount === 0;
  drawChat();
  drawMessages();
  if (first || stick) toBottom();
}

let busy = null;
let again = false;

// Never two at once: a change during a refresh is followed by one more.
function refresh() {
  if (busy) { again = true; return busy; }
  busy = (async () => {
    do {
      again = false;
      if (!personOf(me?.id)) await loadPeople();
      if (!personOf(me?.id)) return route();
      if (chat) await refreshChat();
      drawList((await get("/chats", { person: me.id })).chats);
      await refreshClock();
    } while (again);
  })().finally(() => { busy = null; });
  return busy;
}

// ---- where one is

function go(person, id) {
  location.hash = new URLSearchParams({ person, ...(id ? { chat: id } : {}) }).toString();
  if (chat && id === chat.id && person === me.id) refresh().then(toBottom).catch(failed);
}

async function route() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  await loadPeople();
  me = personOf(Number(wanted.get("person"))) || null;
  chat = null;
  messages = new Map();
  drawn = new Map();
  version = 0;
  $("messages").replaceChildren();
  if (!me) {
    document.body.classList.add("nobody");
    choosePerson(null, (person) => go(person.id));
    return;
  }
  document.querySelector("dialog[open]")?.close();
  document.body.classList.remove("nobody");
  drawMe();
  const id = Number(wanted.get("chat"));
  document.body.classList.toggle("in-chat", Boolean(id));
  if (id) chat = { id };
  composer.clear();
  composer.showPanel(false);
  try {
    await refresh();
  } catch (error) {
    failed(error);
    if (id) go(me.id);
  }
}

$("me").addEventListener("click", () => choosePerson(me.id, (person) => go(person.id)));
$("me-here").addEventListener("click", () => choosePerson(me.id, (person) => go(person.id, chat?.kind === "private" ? person.id : chat?.members.some((one) => one.id === person.id) ? chat.id : person.id)));
$("back").addEventListener("click", () => go(me.id));
$("pinned").addEventListener("click", () => jump(chat.pinned.id));
window.addEventListener("hashchange", () => route().catch(failed));
document.addEventListener("visibilitychange", () => { if (!document.hidden && me) refresh().catch(() => {}); });
startClock();

// Something is new; if that fails, the person may be gone.
async function changed() {
  if (!me) return people.length ? undefined : route();
  try {
    await refresh();
  } catch {
    await loadPeople();
    if (!personOf(me?.id)) await route();
  }
}

route().catch(failed).finally(() => listen(() => changed().catch(() => {})));
