// Talks to the control API; one window listens for changes and tells the others.

export class Unreachable extends Error {} // nobody answered: the same may be asked again

export class Refused extends Error {
  constructor(body, status) {
    super(body.error || `HTTP ${status}`);
    this.code = body.code || "";
  }
}

const AWAY = new Set([502, 503, 504]); // nobody is there for the moment; any other answer is one

const channel = new BroadcastChannel("webchat");
let online = true;
let whenLink = () => {};

export const isOnline = () => online;

function link(up, { tell = true } = {}) {
  if (up === online) return;
  online = up;
  if (tell) channel.postMessage({ online });
  whenLink(online);
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/control${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    link(false);
    throw new Unreachable(error.message);
  }
  if (AWAY.has(answer.status)) throw new Unreachable(`HTTP ${answer.status}`);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body, answer.status);
  return body;
}

export const get = (path, query = {}, options = {}) => ask(`${path}?${new URLSearchParams(query)}`, options);

export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const drop = (path) => ask(path, { method: "DELETE" });

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const RETRY = 1500; // milliseconds between tries while nobody answers

// A browser opens six connections to one address: with every window waiting on its own, the seventh would hang.
export function listen(onChange, onLink) {
  whenLink = onLink;
  channel.onmessage = ({ data }) => {
    if ("online" in data) link(data.online, { tell: false });
    else onChange();
  };
  let cancel = new AbortController();
  window.addEventListener("offline", () => cancel.abort());
  const watch = async () => {
    let version = 0;
    for (;;) {
      cancel = new AbortController();
      try {
        // The first question after a silence is not waited on: it says at once that somebody is there again.
        const answer = await get("/changes", { since: version, wait: online ? 25 : 0 }, { signal: cancel.signal });
        const back = !online;
        link(true);
        if (answer.version === version && !back) continue;
        version = answer.version;
        channel.postMessage({ version });
        onChange();
      } catch {
        link(false);
        version = 0;
        await pause(RETRY);
      }
    }
  };
  if (navigator.locks) navigator.locks.request("webchat-feed", watch);
  else watch();
}
