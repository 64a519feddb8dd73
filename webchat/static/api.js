// Talks to the control API; one window listens for changes and tells the others.

async function read(answer) {
  const body = await answer.json().catch(() => ({ error: `服务器答复 ${answer.status}` }));
  if (!answer.ok) throw new Error(body.error);
  return body;
}

export function get(path, query = {}) {
  return fetch(`/control${path}?${new URLSearchParams(query)}`).then(read);
}

export function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  return fetch(`/control${path}`, { method: "POST", headers, body: JSON.stringify(body) }).then(read);
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A browser opens six connections to one address: with every window waiting on its own, the seventh would hang.
export function listen(onChange) {
  const channel = new BroadcastChannel("webchat");
  channel.onmessage = () => onChange();
  const watch = async () => {
    let version = 0;
    for (;;) {
      try {
        const answer = await get("/changes", { since: version, wait: 25 });
        if (answer.version !== version) {
          version = answer.version;
          channel.postMessage(version);
          onChange();
        }
      } catch {
        version = 0;
        await pause(1500);
      }
    }
  };
  if (navigator.locks) navigator.locks.request("webchat-feed", watch);
  else watch();
}
