// Deep links: which addresses lead into a chat here; `webchat/deep_links.py` knows what they mean.

const HOSTS = new Set(["t.me", "telegram.me"]);
const USERNAME = /^[a-z][a-z0-9_]{2,31}$/i;

export function isDeepLink(url) {
  let parts;
  try {
    parts = new URL(url.includes("://") ? url : `https://${url}`);
  } catch {
    return false;
  }
  if (parts.protocol === "tg:") return /^\/*resolve$/.test(parts.host + parts.pathname) && USERNAME.test(parts.searchParams.get("domain") || "");
  return /^https?:$/.test(parts.protocol) && HOSTS.has(parts.hostname) && USERNAME.test(parts.pathname.replace(/^\/+|\/+$/g, ""));
}
