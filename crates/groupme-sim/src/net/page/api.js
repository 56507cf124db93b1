// Requests to the control API, and small pieces of the page.

export async function request(method, path, body) {
  const answer = await fetch(`/sim/v1${path}`, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `status ${answer.status}`);
  return value;
}

export const find = (id) => document.getElementById(id);

// Creates an element; children are elements or texts, never HTML.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('aria-')) { element.setAttribute(key, String(value)); continue; }
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function face(id, name) {
  let hash = 2166136261;
  for (const letter of String(id)) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  const hue = (hash >>> 8) % 360;
  const words = (name ?? '?').split(/\s+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0]).join('').toUpperCase();
  return make('span', { class: 'face', style: `--hue:${hue}`, 'aria-hidden': 'true' }, letters || '?');
}

const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
export const hour = (millis) => hours.format(new Date(millis));

// Makes the rows the children of a list. Rows that stay are not touched: taking them out would lose
// their places on the screen, and the focus.
export function replaceRows(list, rows) {
  const wanted = new Set(rows);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  rows.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
}

// Rows off the screen get their real heights only when they come near it, so once is not enough.
export function scrollToEnd(list) {
  list.scrollTop = list.scrollHeight;
  requestAnimationFrame(() => {
    list.scrollTop = list.scrollHeight;
    requestAnimationFrame(() => { list.scrollTop = list.scrollHeight; });
  });
}

export function showError(error) {
  const place = find('error');
  place.textContent = error ? error.message : '';
  place.hidden = !error;
}
