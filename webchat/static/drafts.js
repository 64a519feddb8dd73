// What was begun and not sent, for each person and chat; kept in the browser.

const key = ({ person, chat }) => `webchat.draft.${person}.${chat}`;

export const draft = (where) => localStorage.getItem(key(where)) || "";

export function keepDraft(where, text) {
  if (text.trim()) localStorage.setItem(key(where), text);
  else localStorage.removeItem(key(where));
}
