'use strict';
// Reads the messages from the page, and keeps those near the window in the document.
(() => {
  const at = (id) => document.getElementById(id);
  const facts = JSON.parse(at('facts').textContent);
  const rows = JSON.parse(at('rows').textContent);
  const list = at('messages');
  const [ID, TIME, AUTHOR, TEXT, DETAILS] = [0, 1, 2, 3, 4];
  const BLOCK = 60;

  // Text of others is set as text, never as HTML.
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  };
  const isolated = (text) => `\u2068${text}\u2069`;
  const format = (options) => new Intl.DateTimeFormat(undefined, options);
  const [day, clock, moment, short] = [
    format({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
    format({ hour: '2-digit', minute: '2-digit' }),
    format({ dateStyle: 'long', timeStyle: 'medium' }),
    format({ year: 'numeric', month: 'short', day: 'numeric' }),
  ];
  const date = (row) => new Date(row[TIME] * 1000);
  const dayKey = (row) => { const on = date(row); return on.getFullYear() * 400 + on.getMonth() * 32 + on.getDate(); };
  const number = new Intl.NumberFormat();
  const details = (row) => row[DETAILS] || {};
  const author = (row) => facts.authors[row[AUTHOR]];
  // A name that turns itself around is read as another one.
  const straight = (name) => name.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
  const nameOf = (row) => straight(author(row)[1]) || 'Somebody';
  // Neighbours in the list of authors have hues far apart.
  const people = new Map();
  const hue = (row) => (people.get(author(row)[0]).number * 137.5 + 210) % 360;
  const numbers = new Map();
  const find = (id) => {
    if (numbers.size === 0) rows.forEach((row, index) => numbers.set(row[ID], index));
    return numbers.get(id);
  };

  // One message.

  const addText = (element, row) => {
    let text = row[TEXT];
    const { mentions = [], emoji } = details(row);
    if (emoji) text = text.replaceAll(emoji, '\u25a2'.repeat(emoji.length));
    const spans = mentions.filter(([start, length]) => start >= 0 && length > 0 && start + length <= text.length);
    for (const { 0: link, index } of text.matchAll(/https?:\/\/[^\s<>"\u202a-\u202e\u2066-\u2069]+/g)) {
      spans.push([index, link.replace(/[.,;:!?)\]]+$/, '').length, true]);
    }
    spans.sort((one, other) => one[0] - other[0]);
    let end = 0;
    for (const [start, length, isLink] of spans) {
      if (start < end) continue;
      element.append(text.slice(end, start));
      const part = make(isLink ? 'a' : 'span', isLink ? '' : 'mention', text.slice(start, start + length));
      if (isLink) Object.assign(part, { href: part.textContent, rel: 'noopener noreferrer', target: '_blank' });
      element.append(part);
      end = start + length;
    }
    element.append(text.slice(end));
  };

  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

  const medium = (part) => {
    const box = make('div', 'part');
    if (!part.file && part.kind !== 'place' && part.kind !== 'other') {
      const what = part.name || { image: 'Picture', video: 'Video', audio: 'Sound' }[part.kind] || part.kind;
      const chip = make(part.url ? 'a' : 'span', 'chip', isolated(what));
      const why = part.kind !== 'link' ? 'not in the archive' : part.url ? 'link' : 'no address of the web';
      chip.append(make('span', 'note', why));
      if (part.url) Object.assign(chip, { href: part.url, rel: 'noopener noreferrer', target: '_blank' });
      box.append(chip);
    } else if (part.kind === 'image') {
      const link = make('a');
      Object.assign(link, { href: part.file, target: '_blank' });
      const image = make('img');
      Object.assign(image, { loading: 'lazy', decoding: 'async', alt: 'Picture', src: part.file });
      link.append(image);
      box.append(link);
    } else if (part.kind === 'video' || part.kind === 'audio') {
      const player = make(part.kind);
      Object.assign(player, { controls: true, preload: 'metadata', src: part.file });
      box.append(player);
    } else if (part.kind === 'file') {
      const chip = make('a', 'chip', `\u{1f4ce} ${isolated(part.name)}`);
      Object.assign(chip, { href: part.file, download: part.name });
      chip.append(make('span', 'note', size(part.bytes || 0)));
      box.append(chip);
    } else {
      const icon = part.kind === 'place' ? '\u{1f4cd} ' : '';
      box.append(make('span', 'chip', icon + isolated(part.name)));
    }
    return box;
  };

  const quote = (id) => {
    const index = find(id);
    if (index === undefined) return make('span', 'quote', 'A message that is not in the archive');
    const button = make('button', 'quote');
    button.type = 'button';
    const row = rows[index];
    button.append(make('bdi', '', nameOf(row)), ': ', make('bdi', '', (row[TEXT] || '\u2026').slice(0, 120)));
    button.addEventListener('click', () => go(index));
    return button;
  };

  const time = (row, text) => {
    const element = make('time', '', text);
    element.dateTime = date(row).toISOString();
    element.title = moment.format(date(row));
    return element;
  };

  const message = (index) => {
    const row = rows[index];
    const more = details(row);
    if (more.notice) {
      const element = make('div', 'notice');
      element.append(make('bdi', '', row[TEXT] || 'Notice'));
      element.title = moment.format(date(row));
      element.dataset.index = index;
      return element;
    }
    const before = rows[index - 1];
    const isFirst = !before || details(before).notice || before[AUTHOR] !== row[AUTHOR]
      || row[TIME] - before[TIME] > 300 || dayKey(before) !== dayKey(row) || more.reply;
    const element = make('div', isFirst ? 'message first' : 'message');
    element.dataset.index = index;
    element.style.setProperty('--hue', hue(row));
    if (isFirst) {
      const letter = nameOf(row).match(/[\p{L}\p{N}]/u);
      const avatar = make('span', 'avatar', letter ? letter[0].toUpperCase() : '\u2022');
      avatar.setAttribute('aria-hidden', 'true');
      const head = make('div');
      head.append(make('bdi', 'by', nameOf(row)));
      if (author(row)[0] === facts.you) head.append(make('span', 'note', ' you'));
      head.append(time(row, clock.format(date(row))));
      element.append(avatar, head);
    } else {
      element.append(time(row, clock.format(date(row))));
    }
    if (more.reply) element.append(quote(more.reply));
    if (more.deleted !== undefined) {
      const by = more.deleted === 'admin' ? 'An admin deleted this message' : 'This message was deleted';
      element.append(make('div', 'gone', by));
    }
    if (row[TEXT] && (more.deleted === undefined || !/deleted this message|message was deleted/.test(row[TEXT]))) {
      const text = make('div', 'text');
      text.dir = 'auto';
      addText(text, row);
      element.append(text);
    }
    for (const part of more.parts || []) element.append(medium(part));
    if (more.reactions) {
      const box = make('div', 'reactions');
      for (const [icon, people] of more.reactions) {
        const chip = make('span', 'reaction', people.length > 1 ? `${icon} ${people.length}` : icon);
        chip.title = people.map(isolated).join(', ');
        box.append(chip);
      }
      element.append(box);
    }
    if (more.edited) {
      const note = make('span', 'note', 'edited');
      note.title = moment.format(new Date(more.edited * 1000));
      element.append(note);
    }
    if (more.pinned) element.append(make('span', 'note', more.edited ? ' \u00b7 pinned' : 'pinned'));
    return element;
  };

  // Blocks of messages: near the window they are in the document, otherwise they are only as high.

  for (const row of rows) {
    const known = people.get(author(row)[0]);
    if (known) known.name = nameOf(row);
    else if (!details(row).notice) people.set(author(row)[0], { name: nameOf(row), number: people.size });
  }

  const blocks = [];
  const fill = (block) => {
    if (block.isFull) return;
    block.isFull = true;
    const part = document.createDocumentFragment();
    for (let index = block.start; index < block.end; index += 1) {
      if (index === 0 || dayKey(rows[index - 1]) !== dayKey(rows[index])) {
        part.append(make('div', 'day', day.format(date(rows[index]))));
      }
      part.append(message(index));
    }
    block.element.append(part);
    block.element.style.height = '';
  };
  const empty = (block) => {
    if (!block.isFull) return;
    block.isFull = false;
    block.element.style.height = `${block.element.offsetHeight}px`;
    block.element.replaceChildren();
  };
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const block = blocks[target.dataset.block];
      if (isIntersecting) fill(block); else empty(block);
    }
  }, { rootMargin: '1500px 0px' });
  for (let start = 0; start < rows.length; start += BLOCK) {
    const element = make('section');
    element.dataset.block = blocks.length;
    const end = Math.min(start + BLOCK, rows.length);
    element.style.height = `${(end - start) * 48}px`;
    blocks.push({ element, start, end, isFull: false });
    list.append(element);
  }

  const go = (index, isQuiet) => {
    const block = Math.floor(index / BLOCK);
    for (const near of [block - 1, block, block + 1]) if (blocks[near]) fill(blocks[near]);
    const show = () => {
      const element = list.querySelector(`[data-index="${index}"]`);
      if (!element) return;
      element.scrollIntoView({ block: 'center' });
      if (isQuiet) return;
      for (const other of list.querySelectorAll('.hit')) other.classList.remove('hit');
      element.classList.add('hit');
    };
    show();
    // Blocks that come into the document meanwhile have other heights.
    requestAnimationFrame(() => requestAnimationFrame(show));
  };

  // Search, dates, themes.

  const [search, who, found, hits, count] = ['search', 'author', 'found', 'hits', 'count'].map(at);
  const MOST = 300;
  let current = -1;
  const snippet = (text, words) => {
    const part = make('div');
    part.dir = 'auto';
    const lower = text.toLowerCase();
    const place = words ? lower.indexOf(words) : 0;
    const from = Math.max(0, place - 40);
    if (place < 0 || !words || lower.length !== text.length) {
      part.append(text.slice(0, 140));
      return part;
    }
    const to = place + words.length;
    part.append((from > 0 ? '\u2026' : '') + text.slice(from, place), make('mark', '', text.slice(place, to)));
    part.append(text.slice(to, to + 80));
    return part;
  };
  const look = () => {
    const words = search.value.trim().toLowerCase();
    const wanted = who.value;
    found.hidden = !words && !wanted;
    document.body.classList.toggle('searching', !found.hidden);
    hits.replaceChildren();
    current = -1;
    if (found.hidden) return;
    let total = 0;
    // The newest first, as they are remembered best.
    for (let index = rows.length - 1; index >= 0; index -= 1) {
      const row = rows[index];
      if (wanted && author(row)[0] !== wanted) continue;
      const parts = (details(row).parts || []).map((part) => part.name || '').join(' ');
      if (words && !`${row[TEXT] || ''}\n${parts}\n${nameOf(row)}`.toLowerCase().includes(words)) continue;
      total += 1;
      if (total > MOST) continue;
      const button = make('button');
      button.type = 'button';
      const head = make('div', 'sub');
      head.append(make('bdi', '', nameOf(row)), ` · ${short.format(date(row))}`);
      button.append(head, snippet(row[TEXT] || parts || '\u2026', words));
      button.addEventListener('click', () => choose([...hits.children].indexOf(button.parentElement)));
      button.dataset.target = index;
      const item = make('li');
      item.append(button);
      hits.append(item);
    }
    const more = total > MOST ? `, the newest ${MOST} shown` : '';
    count.textContent = total === 0 ? 'Nothing found' : `${number.format(total)} found${more}`;
  };
  const choose = (place) => {
    const buttons = hits.querySelectorAll('button');
    if (!buttons[place]) return;
    if (buttons[current]) buttons[current].removeAttribute('aria-current');
    current = place;
    buttons[place].setAttribute('aria-current', 'true');
    buttons[place].scrollIntoView({ block: 'nearest' });
    go(Number(buttons[place].dataset.target));
  };
  let pause;
  search.addEventListener('input', () => { clearTimeout(pause); pause = setTimeout(look, 120); });
  who.addEventListener('change', look);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') choose(current + (event.shiftKey ? -1 : 1));
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === '/' && !isTyping) { event.preventDefault(); search.focus(); }
    if (event.key === 'Escape') { search.value = ''; who.value = ''; look(); }
  });
  at('date').addEventListener('change', (event) => {
    const [year, month, on] = event.target.value.split('-').map(Number);
    if (!year || rows.length === 0) return;
    const from = new Date(year, month - 1, on).getTime() / 1000;
    const index = rows.findIndex((row) => row[TIME] >= from);
    go(index < 0 ? rows.length - 1 : index);
  });

  const remember = (value) => { try { localStorage.setItem('theme', value); } catch { /* not from files */ } };
  const recall = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const isDark = () => (document.documentElement.dataset.theme
    || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  if (recall()) document.documentElement.dataset.theme = recall();
  at('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    remember(document.documentElement.dataset.theme);
  });

  // The page as a whole.

  at('name').textContent = straight(facts.name);
  const messages = `${number.format(rows.length)} ${rows.length === 1 ? 'message' : 'messages'}`;
  const range = rows.length ? ` · ${short.formatRange(date(rows[0]), date(rows.at(-1)))}` : '';
  at('sub').append(messages + range);
  if (facts.missing) at('sub').append(make('span', 'missing', ` · ${number.format(facts.missing)} missing`));
  for (const [id, { name }] of [...people].sort((one, other) => one[1].name.localeCompare(other[1].name))) {
    const option = make('option', '', isolated(name));
    option.value = id;
    who.append(option);
  }
  if (rows.length === 0) list.append(make('p', 'notice', 'No messages.'));
  const end = at('end');
  addEventListener('scroll', () => {
    end.hidden = document.documentElement.scrollHeight - scrollY - innerHeight < 1200;
  }, { passive: true });
  end.addEventListener('click', () => go(rows.length - 1, true));
  for (const { element } of blocks) watch.observe(element);
  const wanted = /^#m(.+)$/.exec(location.hash);
  const start = wanted && find(decodeURIComponent(wanted[1]));
  if (start !== undefined && start !== null) go(start); else if (rows.length) go(rows.length - 1, true);
})();
