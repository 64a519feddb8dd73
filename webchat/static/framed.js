// When this page is one of several phones on a desk: what it tells the desk, and what the desk asks of it.

const framed = window.parent !== window;
let pointed = null; // the label of the button to be pressed next
let on = ""; // what its message says
let caption = ""; // words for the next photo
let pending = ""; // the label of a button whose outcome is waited for
let moved = 0; // when somebody last moved what they look at

export function tellFrame(what) {
  if (framed) window.parent.postMessage(what, location.origin);
}

const bare = (text) => (text || "").replace(/^[\p{Extended_Pictographic}\uFE0F\s]+/u, "");

const labelled = (label) => label && [...document.querySelectorAll("button, a")].filter((one) =>
  one.offsetParent && (!on || one.closest(".message")?.textContent.includes(on)) && [one.textContent, one.getAttribute("aria-label")].some((text) => bare(text).startsWith(bare(label)))).at(-1);

// Whatever moves the marked button out of sight, but for somebody's own finger.
const inSight = new IntersectionObserver((seen) => {
  const { target, intersectionRatio } = seen.at(-1);
  if (intersectionRatio < 1 && target.classList.contains("pointed") && Date.now() - moved > 1500) target.scrollIntoView({ block: "center" });
}, { threshold: [0, 0.5, 1] });

// Mark the button, if it is there, and only that.
function point() {
  const wanted = labelled(pointed);
  for (const one of document.querySelectorAll(".pointed")) if (one !== wanted) one.classList.remove("pointed");
  if (wanted && !wanted.classList.contains("pointed")) {
    wanted.classList.add("pointed");
    wanted.scrollIntoView({ block: "nearest" });
    inSight.disconnect();
    inSight.observe(wanted);
  }
  const words = caption && document.querySelector("dialog[open] .caption");
  if (words) { words.value = caption; caption = ""; }
}

// A button under a message has done what it says, or not.
export function tellOutcome(well) {
  if (pending) tellFrame(well ? { pressed: pending } : { refused: pending });
  pending = "";
}

export function beFramed({ fill, visit, report }) {
  if (!framed) return;
  document.body.classList.add("framed");
  window.addEventListener("message", ({ data, origin }) => {
    if (origin !== location.origin || typeof data !== "object") return;
    if (data.report) report();
    if (data.visit) visit(data.visit);
    if (data.fill) fill(data.fill);
    if ("point" in data) { pointed = data.point; on = data.on || ""; caption = data.caption || ""; point(); }
  });
  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest("button, a");
    if (!pressed || pressed !== labelled(pointed)) return;
    if (pressed.classList.contains("key")) pending = pointed;
    else tellFrame({ pressed: pointed });
  }, true);
  for (const name of ["wheel", "touchmove", "keydown"]) window.addEventListener(name, () => { moved = Date.now(); }, { passive: true });
  new MutationObserver(point).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
}
