// Records a voice note: one tap begins, one sends.

import { button, make } from "./dom.js";
import { box } from "./overlay.js";
import { t } from "./words.js";

const LONGEST = 60; // seconds, as in WeChat
const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// `send(blob, seconds)` is called once, when the person says so; `silence()` where there is no microphone.
export async function record(send, silence) {
  const time = make("p", { class: "recording", role: "timer" }, clock(0));
  const hint = make("p", { class: "hint" }, t("voice.asking"));
  const done = button(t("voice.send"), () => finish(true), "primary");
  done.disabled = true;
  const dialog = box(t("voice"), hint, time, done, button(t("cancel"), () => finish(false), "sheet-row cancel"));
  let stream = null;
  let recorder = null;
  let timer = 0;
  let seconds = 0;
  let wanted = false;
  const release = () => { clearInterval(timer); for (const track of stream?.getTracks() || []) track.stop(); };
  const finish = (keep) => {
    wanted = keep;
    if (recorder?.state === "recording") recorder.stop();
    dialog.close();
  };
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
  hint.textContent = t("voice.speak");
  timer = setInterval(() => {
    seconds += 1;
    time.textContent = clock(seconds);
    if (seconds >= LONGEST) finish(true);
  }, 1000);
}
