// Conversations, and the chat as one of its users sees it.

import { face, find, hour, make, replaceRows, request, scrollToEnd, showError } from './api.js';

const PAGE = 60;
// Rows on the page at once; the others come as the list is scrolled.
const WINDOW = 240;
const STEP = 80;

const state = {
  users: [], conversations: [], current: null, as: null, messages: [], count: 0, from: 0,
  unread: new Map(), typing: new Map(), read: new Map(), reply: null, edit: null,
};

const nameOf = (id) => state.users.find((user) => user.id === id)?.name ?? id;
const conversation = () => state.conversations.find(({ id }) => id === state.current);

export async function start() {
  const overview = await request('GET', '/');
  state.users = overview.users;
  state.as = overview.user.id;
  await refreshList(overview.conversations);
  find('as').addEventListener('change', ({ target }) => { state.as = target.value; refreshMessages(); });
  find('composer').addEventListener('submit', (event) => { event.preventDefault(); send(); });
  find('text').addEventListener('keydown', composeKey);
  find('text').addEventListener('input', sayTyping);
  find('context').querySelector('button').addEventListener('click', cancel);
  find('messages').addEventListener('scroll', scrolled);
  document.addEventListener('keydown', switchKey);
  const first = state.conversations.find((one) => one.members.includes(state.as));
  if (first ?? state.conversations[0]) await open((first ?? state.conversations[0]).id);
  setInterval(showTyping, 1000);
  return overview;
}

async function refreshList(conversations) {
  state.conversations = conversations ?? (await request('GET', '/conversations')).conversations;
  const groups = state.conversations.filter((one) => one.kind !== 'topic');
  const rows = groups.flatMap((group) => [
    group, ...state.conversations.filter((one) => one.parent_id === group.id),
  ]);
  find('conversations').replaceChildren(...rows.map((one) => {
    const unread = state.unread.get(one.id);
    return make('li', { class: one.kind },
      make('button', { type: 'button', 'aria-current': one.id === state.current, onclick: () => open(one.id) },
        face(one.id, one.name),
        make('span', { class: 'name' }, one.name || 'Chat'),
        unread ? make('span', { class: 'new', 'aria-label': `${unread} new` }, String(unread)) : ''));
  }));
}

async function open(id) {
  state.current = id;
  known = new Map();
  state.unread.delete(id);
  cancel();
  document.body.dataset.pane = 'chat';
  const { name, members, kind } = conversation();
  find('title').textContent = name || 'Chat';
  find('members').textContent = kind === 'direct' ? 'Direct messages' : members.map(nameOf).join(', ');
  if (!members.includes(state.as)) [state.as] = members;
  find('as').replaceChildren(...members.map((member) => make('option', { value: member }, nameOf(member))));
  find('as').value = state.as;
  await Promise.all([refreshList(), refreshMessages(true)]);
}

let refreshing = null;
let again = false;

// Reads the newest messages; several calls at once become one.
async function refreshMessages(toEnd = false) {
  if (refreshing) { again = true; return refreshing; }
  refreshing = (async () => {
    const limit = toEnd ? PAGE : Math.min(200, Math.max(PAGE, state.messages.length + 5));
    const path = `/conversations/${encodeURIComponent(state.current)}/messages?as=${state.as}&limit=${limit}`;
    const page = await request('GET', path);
    if (page.conversation === state.current) {
      const newest = page.messages.reverse();
      // All ids have eighteen digits, so they sort as texts.
      const kept = toEnd ? [] : state.messages.filter(({ id }) => newest[0] && id < newest[0].id);
      state.messages = [...kept, ...newest];
      if (toEnd) state.from = 0;
      state.count = page.count;
      showMessages(toEnd);
    }
  })().catch(showError);
  await refreshing;
  refreshing = null;
  if (again) { again = false; await refreshMessages(); }
}

const isAtEnd = () => state.from + WINDOW >= state.messages.length;

// Runs a change of the rows so that the row at the top of the screen stays where it is.
function keepPlace(change) {
  const list = find('messages');
  const top = list.getBoundingClientRect().top;
  const anchor = [...list.children].find((child) => child.dataset.id && child.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  change();
  // The row may be a new element: what stands above has changed.
  const same = anchor && list.querySelector(`[data-id="${anchor.dataset.id}"]`);
  if (same) list.scrollTop += same.getBoundingClientRect().top - before;
}

let loading = false;

async function older() {
  if (loading || state.messages.length >= state.count) return;
  loading = true;
  try {
    const place = state.current;
    const before = state.messages[0]?.id;
    const path = `/conversations/${encodeURIComponent(place)}/messages?as=${state.as}&limit=200&before=${before}`;
    const earlier = (await request('GET', path)).messages.reverse();
    if (place !== state.current) return;
    if (!earlier.length) state.count = state.messages.length;
    state.messages = [...earlier, ...state.messages];
    state.from += earlier.length;
    keepPlace(() => { state.from = Math.max(0, state.from - STEP); showMessages(); });
  } catch (error) {
    showError(error);
  } finally {
    loading = false;
  }
}

function scrolled() {
  const list = find('messages');
  if (list.scrollTop < 600) {
    if (state.from > 0) keepPlace(() => { state.from = Math.max(0, state.from - STEP); showMessages(); });
    else older();
  } else if (list.scrollHeight - list.scrollTop - list.clientHeight < 600 && !isAtEnd()) {
    keepPlace(() => { state.from = Math.min(state.messages.length - WINDOW, state.from + STEP); showMessages(); });
  }
}

function showMessages(toEnd = false) {
  const list = find('messages');
  const followsEnd = toEnd || (isAtEnd() && list.scrollHeight - list.scrollTop - list.clientHeight < 40);
  if (followsEnd) state.from = Math.max(0, state.messages.length - WINDOW);
  const rows = [];
  if (state.from === 0 && state.messages.length < state.count && state.messages.length >= PAGE) {
    rows.push(make('button', { type: 'button', class: 'older', onclick: older }, 'Older messages'));
  }
  let previous = state.messages[state.from - 1] ?? null;
  for (const message of state.messages.slice(state.from, state.from + WINDOW)) {
    rows.push(row(message, previous));
    previous = message;
  }
  if (!state.messages.length) rows.push(make('li', { class: 'notice' }, 'No messages yet. Say something.'));
  replaceRows(list, rows);
  if (followsEnd) scrollToEnd(list);
}

// Rows of earlier calls that still hold, by all that they show.
let known = new Map();

function row(message, previous) {
  const readers = [...(state.read.get(message.id) ?? [])];
  const key = JSON.stringify([message, previous?.sender_id, previous?.created_at, state.as, readers]);
  const before = known.get(message.id);
  if (before?.key === key) return before.element;
  const element = newRow(message, previous);
  if (known.size > 4 * WINDOW) known.clear();
  known.set(message.id, { key, element });
  return element;
}

function newRow(message, previous) {
  if (message.sender_type === 'system') return make('li', { class: 'notice' }, message.text);
  const isNext = previous && previous.sender_id === message.sender_id && previous.sender_type !== 'system'
    && message.created_at - previous.created_at < 300;
  const mine = message.sender_id === state.as;
  const gone = Boolean(message.deleted_at);
  const classes = ['message', isNext ? 'next' : 'first', mine && 'mine', gone && 'deleted'];
  const marks = [];
  for (const { code, user_ids: users } of message.reactions ?? []) {
    marks.push(make('span', { class: 'reaction', title: users.map(nameOf).join(', ') }, `${code ?? '▣'} ${users.length}`));
  }
  // The row has the member only after an edit.
  if (message.updated_at) marks.push('edited');
  if (message.pinned_at) marks.push('📌 pinned');
  const readers = state.read.get(message.id);
  if (readers) marks.push(`read by ${[...readers].map(nameOf).join(', ')}`);
  return make('li', { class: classes.filter(Boolean).join(' '), 'data-id': message.id },
    face(message.sender_id, message.name),
    make('p', { class: 'head' }, make('b', {}, message.name ?? '?'),
      ` ${message.sender_type === 'bot' ? 'bot · ' : ''}${hour(message.created_at * 1000)}`),
    make('div', { class: 'bubble' }, ...content(message)),
    marks.length ? make('div', { class: 'marks' }, ...marks.map((mark) => (typeof mark === 'string' ? make('span', {}, mark) : mark))) : '',
    gone ? '' : tools(message, mine));
}

function content(message) {
  const parts = [];
  for (const attachment of message.attachments ?? []) {
    if (attachment.type === 'reply') {
      const base = state.messages.find(({ id }) => id === attachment.reply_id);
      parts.push(make('span', { class: 'quote' }, base ? `${base.name}: ${base.text ?? '…'}` : 'an earlier message'));
    }
  }
  if (message.text) parts.push(message.text);
  for (const attachment of message.attachments ?? []) {
    const { type, url } = attachment;
    if (type === 'image' && new URL(url, location.href).origin === location.origin) {
      parts.push(make('img', { src: url, alt: 'Picture', loading: 'lazy' }));
    } else if (type !== 'reply' && type !== 'mentions') {
      const about = String(url ?? attachment.name ?? attachment.poll_id ?? attachment.event_id ?? '');
      parts.push(make('span', { class: 'attachment', title: JSON.stringify(attachment) }, `[${type}] ${about.replace(/^https?:\/\//, '')}`));
    }
  }
  return parts;
}

function tools(message, mine) {
  const act = (label, text, handle) => make('button', { type: 'button', title: label, 'aria-label': label, onclick: handle }, text);
  const call = (method, path, body) => () => request(method, `/messages/${message.id}${path}`, body).then(() => showError(), showError);
  const reacted = (message.reactions ?? []).some(({ user_ids: users }) => users.includes(state.as));
  return make('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Actions' },
    reacted
      ? act('Take the reaction back', '♡ undo', call('DELETE', `/reactions?as=${state.as}`))
      : act('React with 👍', '👍', call('POST', '/reactions', { as: state.as, code: '👍' })),
    reacted ? null : act('React with a heart', '❤️', call('POST', '/reactions', { as: state.as, code: '❤️' })),
    act('Reply', 'Reply', () => prepare('reply', message)),
    mine ? act('Edit', 'Edit', () => prepare('edit', message)) : null,
    message.pinned_at
      ? act('Unpin', 'Unpin', call('DELETE', `/pin?as=${state.as}`))
      : act('Pin', 'Pin', call('POST', '/pin', { as: state.as })),
    mine ? act('Delete', 'Delete', call('DELETE', '')) : null);
}

function prepare(kind, message) {
  state.reply = kind === 'reply' ? message : null;
  state.edit = kind === 'edit' ? message : null;
  find('context').hidden = false;
  find('context').querySelector('span').textContent = kind === 'reply'
    ? `Reply to ${message.name}: ${message.text ?? ''}` : 'Edit the message';
  if (kind === 'edit') find('text').value = message.text ?? '';
  find('text').focus();
}

function cancel() {
  if (state.edit) find('text').value = '';
  state.reply = null;
  state.edit = null;
  find('context').hidden = true;
}

async function send() {
  const text = find('text').value.trim();
  if (!text) return;
  try {
    if (state.edit) await request('PUT', `/messages/${state.edit.id}`, { text });
    else {
      await request('POST', '/messages', {
        as: state.as, conversation: state.current, text, reply_to: state.reply?.id,
      });
    }
    find('text').value = '';
    cancel();
    showError();
    state.from = Math.max(0, state.messages.length - WINDOW);
    showMessages(true);
  } catch (error) {
    showError(error);
  }
}

function composeKey(event) {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === 'Escape') cancel();
}

function switchKey(event) {
  if (!event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
  event.preventDefault();
  const buttons = [...find('conversations').querySelectorAll('button')];
  const at = buttons.findIndex((button) => button.getAttribute('aria-current') === 'true');
  buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]?.click();
}

let typed = 0;
function sayTyping() {
  if (Date.now() - typed < 3000 || !state.current) return;
  typed = Date.now();
  request('POST', '/typing', { as: state.as, conversation: state.current }).catch(() => {});
}

function showTyping() {
  const now = Date.now();
  const names = [];
  for (const [key, until] of state.typing) {
    if (until < now) state.typing.delete(key);
    else {
      const [place, user] = key.split(' ');
      if (place === state.current && user !== state.as) names.push(nameOf(user));
    }
  }
  find('typing').textContent = names.length ? `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} typing…` : '';
}

// Returns the conversation of a channel; undefined for that of a user.
function placeOf(channel) {
  const [, kind, id] = channel.split('/');
  if (kind === 'group') return id;
  return kind === 'direct_message' ? id.replace('_', '+') : undefined;
}

const seen = new Set();

// Follows an entry of the journal.
export function follow(entry) {
  if (entry.kind === 'received') {
    for (const { channel, data } of [entry.messages].flat()) {
      if (data?.type === 'typing') note(channel, data.user_id);
    }
    return;
  }
  if (entry.kind === 'control' && /^\/(groups|users|bots)/.test(entry.path)) reload();
  if (entry.kind === 'request' && entry.method !== 'GET' && /unpin|clear_history|destroy|update/.test(entry.path)) refreshMessages();
  if (entry.kind === 'control' && entry.path.endsWith('/pin')) refreshMessages();
  if (entry.kind !== 'push') return;
  const { channel, data } = entry;
  if (data.type === 'typing') { note(channel, data.user_id); return; }
  const subject = data.subject ?? {};
  const inner = subject.line ?? subject.direct_message ?? subject;
  const place = placeOf(channel) ?? inner.group_id ?? inner.chat_id;
  if (data.type === 'read_receipt.create') {
    for (const readers of state.read.values()) readers.delete(subject.user_id);
    if (!state.read.has(subject.message_id)) state.read.set(subject.message_id, new Set());
    state.read.get(subject.message_id).add(subject.user_id);
  }
  if (data.type === 'membership.create') { reload(); return; }
  const isNew = data.type === 'line.create' || data.type === 'direct_message.create';
  if (isNew) state.typing.delete(`${place} ${subject.user_id}`);
  if (place === state.current) refreshMessages();
  else if (isNew && !seen.has(inner.id)) {
    // The same message is pushed to each member.
    seen.add(inner.id);
    if (seen.size > 5000) seen.clear();
    state.unread.set(place, (state.unread.get(place) ?? 0) + 1);
    if (state.conversations.some(({ id }) => id === place)) refreshList(state.conversations);
    else reload();
  }
  showTyping();
}

function note(channel, user) {
  state.typing.set(`${placeOf(channel)} ${user}`, Date.now() + 5000);
  showTyping();
}

async function reload() {
  const overview = await request('GET', '/');
  state.users = overview.users;
  await refreshList(overview.conversations);
}
