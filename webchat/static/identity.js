// Who somebody at the page is, and where: the one seam behind which playing anybody can become a log-in.

export function claimed() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  return { person: Number(wanted.get("person")) || 0, chat: Number(wanted.get("chat")) || 0 };
}

export function become(person, chat = 0) {
  location.hash = new URLSearchParams({ person, ...(chat ? { chat } : {}) }).toString();
}

export const whenElsewhere = (then) => window.addEventListener("hashchange", then);
