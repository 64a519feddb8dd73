// The page: whose eyes one looks through, which chat is open, and what is new.

import { Refused, get, isOnline, listen, post } from "./api.js";
import { Composer } from "./composer.js";
import { $, avatar, button, make } from "./dom.js";
import { become, claimed, whenElsewhere } from "./identity.js";
import { isDeepLink } from "./links.js";
import { drawList } from "./list.js";
import { Outbox } from "./outbox.js";
import { alertBox, failed, sheet, toast } from "./overlay.js";
import { choosePerson, chooseAgain, loadPeople, people, personOf } from "./people.js";
import { canRead, readAloud } from "./speech.js";
import { Talk } from "./talk.js";
import { beFramed, tellFrame, tellOutcome } from "./framed.js";
import { refreshClock } from "./time.js";
import { line, speakAs, t } from "./words.js";

const FACES = ["👍", "❤", "🙏", "👏", "🎉", "😢"];

let me = null;
let talk = null;

const where = () => (talk ? talk.where : { person: me?.id, chat: 0 });
const outbox = new Outbox(() => { if (talk) { talk.draw(); talk.toEnd(); } });

async function act(promise) {
  try {
    const answer = await promise;
    await refresh();
    talk?.toEnd();
    return answer;
  } catch (error) {
    failed(error);
    return null;
  }
}

const composer = new Composer(() => me, where, outbox, act);

// ---- links and buttons

function open(url) {
  if (!isDeepLink(url)) return false;
  post("/follow", { person: me.id, link: url }).then((message) => go(me.id, message.chat)).catch(failed);
  return true;
}

async function press(message, key, element) {
  element.disabled = true;
  element.classList.add("waiting");
  talk.expectAnswer();
  let well = true; // it did what it says
  try {
    const done = await post("/press", { ...where(), message: message.id, ...(key.data ? { data: key.data, label: key.label } : { label: key.label }), wait: 15 });
    if (done.url) sheet(t("link.open"), [[t("link.to", { url: done.url }), () => window.open(done.url, "_blank", "noopener")]]);
    else if (done.copied) { await navigator.clipboard?.writeText(done.copied).catch(() => {}); toast(t("copied")); }
    else if (done.message) go(me.id, done.chat);
    else if (done.answer === null) { well = false; toast(t("no.answer")); }
    else if (done.answer.url) open(done.answer.url);
    else if (done.answer.text) { well = !done.answer.show_alert; (well ? toast : alertBox)(done.answer.text); }
  } catch (error) {
    well = false;
    failed(error);
  }
  element.disabled = false;
  element.classList.remove("waiting");
  tellOutcome(well);
}

const react = (message, emoji) => act(post("/react", { ...where(), message: message.id, emoji }));

function menu(message) {
  const faces = make("div", { class: "faces" }, ...FACES.map((face) => button(face, () => { dialog.close(); react(message, face); }, "face-key")));
  const items = [[t("reply"), () => composer.reply(message)]];
  if (message.text) items.push([t("copy"), () => navigator.clipboard?.writeText(message.text).then(() => toast(t("copied")))]);
  if (message.text && canRead()) items.push([t("aloud"), () => readAloud(message.text)]);
  if (message.from.id === me.id && message.text) items.push([t("edit"), () => composer.edit(message)]);
  const dialog = sheet(t("message"), items, faces);
}

const actions = {
  open, press, menu, react,
  jump: (id) => talk.jump(id),
  say: (text) => composer.say(text),
  resend: (entry) => outbox.again(entry),
  discard: (entry) => outbox.drop(entry),
};

// ---- drawing

function drawChat() {
  const { chat } = talk;
  const members = chat.members ? ` (${chat.members.length + chat.bots.filter((bot) => ["member", "administrator"].includes(bot.status)).length})` : "";
  $("title").textContent = chat.title + members;
  drawDoing(chat.doing);
  $("pinned").hidden = !chat.pinned;
  $("pinned").textContent = chat.pinned ? `📌 ${t("pinned", { text: line(chat.pinned) })}` : "";
  const asleep = chat.kind === "private" && (!chat.started || chat.blocked);
  $("composer").hidden = asleep;
  if (asleep) $("keyboard").hidden = $("panel").hidden = true;
  $("start").hidden = !asleep;
  if (asleep) drawStart(chat);
  else composer.update(chat);
  document.title = `${chat.title} · ${me.name}`;
}

let doingEnds = 0;

function drawDoing(doing) {
  clearTimeout(doingEnds);
  $("doing").textContent = doing ? t(doing.action === "typing" ? "doing.typing" : "doing.sending") : "";
  if (doing) doingEnds = setTimeout(() => drawDoing(null), 5000);
}

function drawStart(chat) {
  const [bot] = chat.bots;
  const wake = chat.blocked
    ? button(t("unblock"), () => act(post("/block", { ...where(), blocked: false, bot: bot.id })), "primary")
    : button(t("begin"), () => composer.send("/say", { text: "/start" }, { kind: "text", text: "/start" }), "primary");
  $("start").replaceChildren(make("p", {}, chat.blocked ? t("refused.blocked") : bot.description || t("start.hint")), wake);
}

function drawMe() {
  document.body.classList.toggle("elder", me.elder);
  $("me").replaceChildren(avatar(me.name, { symbol: me.avatar }), make("span", { class: "row-text" }, make("b", {}, me.name), make("small", {}, me.note)), make("span", { class: "swap" }, t("me.change")));
  $("me-here").replaceChildren(avatar(me.name, { symbol: me.avatar }));
  tellFrame({ me: me.id, name: me.name });
}

// For a desk: who is looked at here, and in which chat.
function report() {
  if (me) tellFrame({ drawn: me.id, chat: talk?.chat.id || 0 });
}

function drawLink(up) {
  $("offline").hidden = up;
  $("offline").textContent = up ? "" : t("offline");
}

// ---- what is new

async function refreshTalk() {
  const opened = talk;
  await opened.refresh(() => talk === opened);
  if (talk !== opened) return;
  drawChat();
  const asked = [...opened.messages.values()].at(-1);
  if (asked?.force_reply && asked.id !== opened.asked) { opened.asked = asked.id; composer.reply(asked); }
}

let busy = null;
let again = false;

// Never two at once: a change during a refresh is followed by one more.
function refresh() {
  if (busy) { again = true; return busy; }
  busy = (async () => {
    do {
      again = false;
      if (talk) await refreshTalk(); // what is waited for comes first
      await loadPeople();
      const known = personOf(me?.id);
      if (!known) return void setTimeout(() => route().catch(failed)); // after this round: it asks for one of its own
      if (JSON.stringify(known) !== JSON.stringify(me)) await changedMe(known);
      drawList((await get("/chats", { person: me.id })).chats, { me, chat: talk?.chat, open: (id) => go(me.id, id) });
      await refreshClock();
      report();
    } while (again);
    return undefined;
  })().finally(() => { busy = null; });
  return busy;
}

// Their name, size of type or language is another now.
async function changedMe(known) {
  me = known;
  if (talk) talk.me = known;
  if (await speakAs(me.language)) { composer.fillPanel(); talk?.draw({ anew: true }); chooseAgain(me); }
  drawMe();
}

// ---- where one is

function go(person, id) {
  become(person, id);
  if (talk && id === talk.chat.id && person === me.id) refresh().then(() => talk?.toEnd()).catch(failed);
}

let routes = 0;

// Asked for again while it is under way: the later one goes on alone.
async function route() {
  const mine = ++routes;
  await Promise.all([loadPeople(), refreshClock()]); // nothing is drawn at the wrong time
  const wanted = claimed();
  const person = personOf(wanted.person) || null;
  await speakAs(person ? person.language : navigator.language);
  if (mine !== routes) return;
  me = person;
  talk = null;
  $("messages").replaceChildren();
  if (!me) {
    document.body.classList.add("nobody");
    choosePerson(null, (chosen) => go(chosen.id));
    return;
  }
  document.querySelector("dialog[open]")?.close();
  document.body.classList.remove("nobody");
  drawMe();
  document.body.classList.toggle("in-chat", Boolean(wanted.chat));
  if (wanted.chat) talk = new Talk(me, wanted.chat, actions, outbox);
  composer.open();
  try {
    await refresh();
    outbox.flush(me.id);
  } catch (error) {
    failed(error);
    if (error instanceof Refused && wanted.chat) go(me.id);
  }
}

const swap = (chosen) => loadPeople().then(() => choosePerson(me, chosen)).catch(failed);
$("me").addEventListener("click", () => swap((person) => go(person.id)));
$("me-here").addEventListener("click", () => swap((person) => go(person.id, chatFor(person))));
$("back").addEventListener("click", () => go(me.id));
$("pinned").addEventListener("click", () => talk.jump(talk.chat.pinned.id));
whenElsewhere(() => route().catch(failed));
document.addEventListener("visibilitychange", () => { if (!document.hidden && me) refresh().catch(() => {}); });
beFramed({ fill: (text) => composer.fill(text), visit: (chat) => go(me.id, chat), report });

// The same group where they are in it; else their own chat with the bot.
function chatFor(person) {
  const shared = talk?.chat.kind !== "private" && talk?.chat.members?.some((one) => one.id === person.id);
  return shared ? talk.chat.id : person.id;
}

// Something is new; if that fails, the person may be gone.
async function changed() {
  if (!me) return people.length ? undefined : route();
  try {
    await refresh();
    return await outbox.flush(me.id);
  } catch (error) {
    if (!(error instanceof Refused)) return undefined;
    await loadPeople();
    return personOf(me?.id) ? undefined : route();
  }
}

function linked(up) {
  drawLink(up);
  if (up) changed().catch(() => {});
}

route().catch(failed).finally(() => {
  listen(() => changed().catch(() => {}), linked);
  drawLink(isOnline());
});
