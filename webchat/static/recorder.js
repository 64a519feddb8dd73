// Records a voice note: held as in WeChat, sent when let go; or one tap begins, one sends.

import { button, make } from "./dom.js";
import { box } from "./overlay.js";
import { t } from "./words.js";

const LONGEST = 60; // seconds, as in WeChat
const HELD = 300; // milliseconds after which a touch is no tap any more
const AWAY = 80; // pixels; a finger that has slid so far away does not send
const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// `begin(hold)` is called once for each touch or tap of the key; `hold` becomes true when a finger that held it is let
// go there, false when it had slid away; it is null for a tap.
export function recordKey(key, begin) {
  let timer = 0;
  let hold = null; // {from, end}
  const started = (event) => {
    if (event.button) return;
    const from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => begin(new Promise((end) => { hold = { from, end }; })), HELD);
  };
  const ended = ({ type, clientX, clientY }) => {
    clearTimeout(timer);
    hold?.end(type === "pointerup" && Math.hypot(clientX - hold.from.x, clientY - hold.from.y) < AWAY);
    if (hold) setTimeout(() => { hold = null; }); // after the click that this touch may end with
  };
  key.addEventListener("pointerdown", started);
  key.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, ended);
  key.addEventListener("click", () => { if (!hold) begin(null); });
}

// `send(blob, seconds)` is called once, when the person says so; `silence()` where there is no microphone.
export async function record(send, silence, hold) {
  const time = make("p", { class: "recording", role: "timer" }, clock(0));
  const hint = make("p", { class: "hint", role: "status" }, t("voice.asking"));
  const done = button(t("voice.send"), () => finish(true), "primary");
  done.disabled = true;
  const dialog = box(t("voice"), [hint, time, done]);
  let stream = null;
  let recorder = null;
  let timer = 0;
  let seconds = 0;
  let wanted = false;
  let held = Boolean(hold);
  const release = () => { clearInterval(timer); for (const track of stream?.getTracks() || []) track.stop(); };
  const finish = (keep) => {
    wanted = keep;
    if (recorder?.state === "recording") recorder.stop();
    dialog.close();
  };
  // Let go before anything was recorded, because the browser had to ask first: then it goes on as after a tap.
  hold?.then((keep) => { held = false; if (recorder?.state === "recording") finish(keep); });
  dialog.addEventListener("close", () => { if (recorder?.state === "recording") recorder.stop(); else release(); });
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    hint.textContent = t("voice.none");
    time.hidden = true;
    done.replaceWith(button(t("voice.silence"), () => { dialog.close(); silence(); }, "primary"));
    return;
  }
  if (!dialog.open) return release();
  const pieces = [];
  recorder = new MediaRecorder(stream, { mimeType: KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) });
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.onstop = () => {
    release();
    if (wanted) send(new Blob(pieces, { type: recorder.mimeType }), Math.max(1, seconds));
  };
  recorder.start();
  done.disabled = false;
  done.focus();
  hint.textContent = t(held ? "voice.held" : "voice.speak");
  timer = setInterval(() => {
    seconds += 1;
    time.textContent = clock(seconds);
    if (seconds >= LONGEST) finish(true);
  }, 1000);
}
