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
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function face(id, name) {
  let hue = 0;
  for (const letter of String(id)) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  const words = (name ?? '?').split(/\s+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0]).join('').toUpperCase();
  return make('span', { class: 'face', style: `--hue:${hue}`, 'aria-hidden': 'true' }, letters || '?');
}

const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
export const hour = (millis) => hours.format(new Date(millis));

export function showError(error) {
  const place = find('error');
  place.textContent = error ? error.message : '';
  place.hidden = !error;
}
