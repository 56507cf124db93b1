// The wire log, and who is connected.

import { find, hour, make, replaceRows, scrollToEnd } from './api.js';

const MOST = 600;
const KINDS = ['received', 'sent', 'request', 'push', 'callback', 'opened', 'closed', 'ended', 'fault', 'control'];
const shown = new Set(KINDS.filter((kind) => kind !== 'push'));
const lanes = new Map();
let kept = [];
let names = () => undefined;
let before = 0;

export function start(nameOf) {
  names = nameOf;
  find('kinds').replaceChildren(...KINDS.map((kind) => make('button', {
    type: 'button', 'aria-pressed': shown.has(kind),
    onclick({ currentTarget }) {
      if (!shown.delete(kind)) shown.add(kind);
      currentTarget.setAttribute('aria-pressed', shown.has(kind));
      show();
    },
  }, kind)));
  find('filter').addEventListener('input', show);
  find('pause').addEventListener('change', show);
  find('clear').addEventListener('click', () => { kept = []; show(); });
  document.addEventListener('keydown', (event) => {
    const isWriting = event.target.matches('input, textarea, select');
    if (event.key === '/' && !isWriting) { event.preventDefault(); find('filter').focus(); }
  });
}

// Follows an entry of the journal.
export function follow(entry) {
  kept.push(entry);
  if (kept.length > MOST * 4) kept = kept.slice(-MOST * 2);
  if (entry.kind === 'opened') {
    if (entry.transport === 'websocket') lanes.set(entry.lane, { since: entry.at, in: 0, out: 0 });
  } else if (entry.kind === 'closed') {
    lanes.delete(entry.lane);
  } else if (lanes.has(entry.lane)) {
    const lane = lanes.get(entry.lane);
    if (entry.kind === 'received') {
      lane.in += 1;
      for (const message of [entry.messages].flat()) {
        if (message?.channel === '/meta/subscribe') {
          const own = [message.subscription].flat().find((channel) => channel?.startsWith('/user/'));
          if (own) lane.user = own.slice(6);
        }
        if (message?.channel === '/meta/connect') lane.held = true;
      }
    } else if (entry.kind === 'sent') {
      lane.out += 1;
      if ([entry.messages].flat().some((message) => message?.channel === '/meta/connect')) lane.held = false;
    }
  }
}

// Shows what has been followed.
export function show() {
  find('count').textContent = String(lanes.size);
  find('addresses').open = find('addresses').open && !(lanes.size && !before);
  before = lanes.size;
  find('lanes').replaceChildren(...[...lanes].map(([number, lane]) => make('li', { title: 'Client ids are secret and not shown' },
    make('span', { class: 'lane' }, `#${number}`),
    make('span', {}, `${names(lane.user) ?? 'a client'}${lane.held ? '' : ', no connect held'}`),
    make('span', { class: 'traffic' }, `↓${lane.out} ↑${lane.in}`),
    make('time', {}, hour(lane.since)))));
  if (find('pause').checked) return;
  const list = find('entries');
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
  const wanted = find('filter').value.toLowerCase();
  const chosen = kept.filter((entry) => shown.has(entry.kind)
    && (!wanted || JSON.stringify(entry).toLowerCase().includes(wanted))).slice(-MOST);
  const old = new Map([...list.children].map((element) => [element.dataset.number, element]));
  replaceRows(list, chosen.map((entry) => old.get(String(entry.number)) ?? element(entry)));
  if (wasAtEnd) scrollToEnd(list);
}

const ARROWS = { received: '↑', sent: '↓', request: '⇅', push: '⋆', callback: '→', opened: '+', closed: '−', ended: '×', fault: '⚡', control: '⚙' };

function element(entry) {
  const way = { received: 'in', sent: 'out', push: 'out' }[entry.kind] ?? '';
  const isBad = entry.kind === 'fault' || entry.kind === 'ended' || entry.status >= 400
    || (entry.kind === 'callback' && !/^2/.test(entry.outcome));
  const at = new Date(entry.at);
  const time = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  const details = make('details', { class: 'body' },
    make('summary', {}, make('time', {}, time), make('span', { class: 'arrow', 'aria-hidden': 'true' }, ARROWS[entry.kind]),
      make('span', { class: 'what' }, what(entry))));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) {
      const { number, kind, at, ...rest } = entry;
      details.append(make('div', { class: 'tree' }, ...tree(rest)));
    }
  }, { once: true });
  return make('li', { class: `entry ${way} ${isBad ? 'bad' : ''}`, 'data-number': entry.number }, details);
}

function what(entry) {
  const lane = entry.lane ? `#${entry.lane} ` : '';
  switch (entry.kind) {
    case 'received':
    case 'sent': {
      const messages = [entry.messages].flat();
      const labels = messages.map((message) => {
        const type = message?.data?.type ? ` ${message.data.type}` : '';
        const failed = message?.successful === false ? ' ✗' : '';
        return `${message?.channel ?? (message?.not_json ? 'not JSON' : '[]')}${type}${failed}`;
      });
      return lane + (labels.join(', ') || '[]');
    }
    case 'request': return `${entry.status} ${entry.method} ${entry.path}`;
    case 'push': return `${entry.channel} ${entry.data?.type ?? ''}`;
    case 'callback': return `${entry.outcome} ${entry.url}`;
    case 'opened': return `${lane}${entry.transport} opened`;
    case 'closed': return `${lane}closed`;
    case 'ended': return `${lane}ended with ${entry.code}`;
    case 'fault': return entry.text;
    default: return `${entry.status} ${entry.method} ${entry.path}`;
  }
}

// Returns the rows of a value: one for each member, foldable where a member has members.
function tree(value) {
  return Object.entries(value).map(([key, inner]) => {
    const label = make('span', { class: 'key' }, `${key}: `);
    if (inner === null || typeof inner !== 'object') {
      return make('div', {}, label, make('span', { class: typeof inner }, JSON.stringify(inner)));
    }
    const size = Object.keys(inner).length;
    if (!size) return make('div', {}, label, Array.isArray(inner) ? '[]' : '{}');
    const isShort = JSON.stringify(inner).length < 1500;
    return make('details', { open: isShort },
      make('summary', {}, label, Array.isArray(inner) ? `[${size}]` : `{${size}}`), ...tree(inner));
  });
}
