// Reads messages aloud, by the browser's own voice.

import { toast } from "./overlay.js";
import { language, t } from "./words.js";

let reading = "";

// Whether there is a voice; browsers find theirs a moment after the page has begun.
export const canRead = () => Boolean(window.speechSynthesis?.getVoices().length);

const shown = () => document.body.classList.toggle("voiced", canRead());

window.speechSynthesis?.addEventListener("voiceschanged", shown);
shown();

export function readAloud(text) {
  if (!window.speechSynthesis) return toast(t("aloud.cannot"));
  const stop = speechSynthesis.speaking && reading === text;
  speechSynthesis.cancel();
  if (stop) return undefined;
  reading = text;
  const words = new SpeechSynthesisUtterance(text.replace(/\p{Extended_Pictographic}/gu, " "));
  words.lang = language();
  words.rate = 0.9;
  words.onerror = ({ error }) => { if (!["canceled", "interrupted"].includes(error)) toast(t("aloud.cannot")); };
  speechSynthesis.speak(words);
  return undefined;
}
