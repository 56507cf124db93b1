// The pages of `groupme archive --html` in a real browser, from files: what a person reads, searches and
// clicks, hostile text, and 100,000 messages. Needs GROUPME, the path of the command, and BROWSER, the
// path of Chromium. With PICTURES, a directory, takes pictures of the pages.

'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const { crc32, deflateSync } = require('node:zlib');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const { GROUPME, BROWSER, PICTURES } = process.env;
const START = Date.UTC(2026, 7, 14, 16, 2) / 1000;

// A picture of a lake: water below sky.
function png(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    const row = Buffer.alloc(1 + width * 3);
    const isSky = y < height * 0.45;
    for (let x = 0; x < width; x += 1) {
      const wave = isSky ? 0 : 14 * Math.sin(x / 23 + y / 5);
      const colour = isSky ? [250 - y / 3, 190 - y / 4, 150 + y / 5] : [38 + wave, 92 + wave, 128 + wave];
      colour.forEach((part, index) => { row[1 + x * 3 + index] = Math.max(0, Math.min(255, part)); });
    }
    rows.push(row);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.concat(rows));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0)),
  ]);
}

const NAMES = { 1: 'Robin', 2: 'Mara', 3: 'Jonas', 4: 'Priya \u202eevil', 5: 'نورا' };
const EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script> </script><!-- &amp;';

function lake() {
  let count = 0;
  const say = (author, after, text, more) => {
    count += 1;
    say.time += after;
    return {
      id: `${say.time}${String(count).padStart(8, '0')}`, created_at: say.time, user_id: author, sender_id: author,
      sender_type: 'user', name: NAMES[author], text, group_id: '1835', attachments: [], ...more,
    };
  };
  say.time = START;
  const first = say('2', 0, 'Who is coming to the lake on Saturday?');
  const picture = { type: 'image', url: 'https://i.groupme.com/640x360.png.lake' };
  return [
    { ...say('system', 0, 'Mara added Jonas, Priya and Nora to the group.'), system: true, sender_type: 'system', name: 'GroupMe' },
    first,
    say('3', 40, 'Me! I can bring the canoe.', { reactions: [{ type: 'unicode', code: '❤️', user_ids: ['1', '2', '5'] }, { type: 'unicode', code: '🛶', user_ids: ['4'] }] }),
    say('3', 12, 'And the grill'),
    say('1', 95, 'Count me in. Two cars?', { attachments: [{ type: 'reply', reply_id: first.id, base_reply_id: first.id, user_id: '2' }] }),
    say('5', 300, 'مرحبا! سأحضر الشاي ☕ and cups'),
    say('4', 60, EVIL),
    say('2', 4000, 'This is where we were last year:', { attachments: [picture] }),
    say('2', 20, '@Jonas the map is at https://lake.example/map?a=1&b=2.', { attachments: [{ type: 'mentions', user_ids: ['3'], loci: [[0, 6]] }], updated_at: say.time + 600 }),
    say('3', 86400, 'Packing list', { attachments: [{ type: 'file', file_id: 'f-1' }] }),
    say('4', 30, 'This message was deleted', { deleted_at: say.time + 5, deletion_actor: 'sender' }),
    say('1', 200, 'a link that is none: javascript:alert(1)', { attachments: [{ type: 'image', url: 'https://i.groupme.com/1x1.png.gone' }, { type: 'linked_image', url: 'javascript:alert(1)' }] }),
    say('5', 90, null, { attachments: [{ type: 'location', name: 'North shore', lat: '52.4', lng: '13.1' }], pinned_at: say.time }),
    { ...say('system', 500, 'Mara changed the topic to: Saturday, 9 o’clock'), system: true, sender_type: 'system', name: 'GroupMe' },
    say('1', 120, 'See you all on Saturday 🌊'),
  ];
}

function* many(total) {
  for (let number = 0; number < total; number += 1) {
    const time = START - (total - number) * 900;
    const author = String(1 + (Math.floor(number / 3) % 3));
    const text = number === 41_234 ? 'the needle in the hay' : `message ${number} ${'lorem ipsum dolor sit amet '.repeat(number % 4)}`;
    yield {
      id: `${time}${String(number).padStart(8, '0')}`, created_at: time, user_id: author, sender_id: author,
      sender_type: 'user', name: NAMES[author], text: text.trim(), group_id: '7', attachments: [],
    };
  }
}

function write(root) {
  fs.mkdirSync(path.join(root, 'conversations'), { recursive: true });
  fs.mkdirSync(path.join(root, 'media'));
  const conversations = [];
  const add = (id, kind, name, rows, more) => {
    const file = fs.openSync(path.join(root, 'conversations', `${id}.jsonl`), 'w');
    let part = [];
    let [messages, first, last] = [0, null, null];
    for (const row of rows) {
      part.push(`${JSON.stringify(row)}\n`);
      first ??= row.created_at;
      last = row.created_at;
      messages += 1;
      if (part.length === 5000) { fs.writeSync(file, part.join('')); part = []; }
    }
    fs.writeSync(file, part.join(''));
    fs.closeSync(file);
    const about = { id, kind, name, people: {}, messages, counted: messages, deleted: 0, first, last, ...more };
    fs.writeFileSync(path.join(root, 'conversations', `${id}.json`), JSON.stringify(about));
    conversations.push(about);
  };
  add('1835', 'group', 'Lake weekend', lake(), { counted: 18, people: { 1: 'Robin', 2: 'Mara', 3: 'Jonas', 4: 'Priya', 5: 'Nora' } });
  add('1+4', 'direct', `Priya <b>&"'\u202e`, []);
  add('7', 'topic', 'Everything ever said', many(100_000));
  fs.writeFileSync(path.join(root, 'index.json'), JSON.stringify({ format: 1, user: '1', conversations }));
  const picture = png(640, 360);
  fs.writeFileSync(path.join(root, 'media', 'a1.png'), picture);
  fs.writeFileSync(path.join(root, 'media', 'b2.txt'), 'tent, rope, tea');
  fs.writeFileSync(path.join(root, 'media', 'index.jsonl'), [
    { key: 'url:https://i.groupme.com/640x360.png.lake', file: 'a1.png', bytes: picture.length },
    { key: 'file:1835/f-1', file: 'b2.txt', bytes: 15, name: 'packing list.txt' },
  ].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

async function shoot(page, name) {
  if (PICTURES) await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
}

async function read(page, root) {
  await page.goto(pathToFileURL(path.join(root, 'index.html')).href);
  await shoot(page, `index-${page.scheme}`);
  assert.equal(await page.locator('#list > li').count(), 3);
  await page.fill('#filter', 'lake');
  assert.equal(await page.locator('#list > li:visible').count(), 1);
  await page.locator('#list a:visible').click();
  await page.locator('.message').first().waitFor();
  await shoot(page, `page-end-${page.scheme}`);
  await page.evaluate(() => scrollTo(0, 0));
  await shoot(page, `page-${page.scheme}`);
  // Text of others is no part of the page, and reorders nothing around it.
  await page.getByText('<img src=x').waitFor();
  assert.equal(await page.title(), 'Lake weekend');
  assert.equal(await page.locator('#messages img').count(), 1);
  const hrefs = await page.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert(hrefs.includes('https://lake.example/map?a=1&b=2'), hrefs.join(' '));
  assert(hrefs.every((href) => !/^\s*(javascript|data):/i.test(href)), hrefs.join(' '));
  const loaded = await page.locator('#messages img').evaluate(async (image) => {
    await image.decode();
    return image.naturalWidth;
  });
  assert.equal(loaded, 640);
  await page.locator('.reaction', { hasText: '❤️ 3' }).waitFor();
  await page.locator('.mention', { hasText: /^@Jonas$/ }).waitFor();
  await page.getByText('edited').waitFor();
  await page.locator('.gone', { hasText: 'This message was deleted' }).waitFor();
  await page.locator('.chip', { hasText: 'North shore · 52.4, 13.1' }).waitFor();
  assert.equal(await page.locator('.chip', { hasText: 'packing list.txt' }).getAttribute('download'), 'packing list.txt');
  await page.locator('#sub .missing', { hasText: '3 missing' }).waitFor();
  await page.locator('.quote', { hasText: 'Mara: Who is coming' }).click();
  await page.locator('.message.hit', { hasText: 'Who is coming' }).waitFor();
  // Search, by keyboard.
  await page.keyboard.press('/');
  await page.keyboard.type('SATURDAY');
  await page.locator('#count', { hasText: '3 found' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.message.hit', { hasText: 'See you all' }).waitFor();
  await shoot(page, `search-${page.scheme}`);
  await page.keyboard.press('Escape');
  assert(await page.locator('#found').isHidden());
  await page.selectOption('#author', '3');
  await page.locator('#count', { hasText: '3 found' }).waitFor();
  await page.keyboard.press('Escape');
}

async function narrow(page, root) {
  await page.setViewportSize({ width: 380, height: 720 });
  for (const name of ['index.html', 'pages/1835.html', 'pages/1+4.html']) {
    await page.goto(pathToFileURL(path.join(root, name)).href);
    await page.locator('h1').waitFor();
    assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
    await shoot(page, `narrow-${name.replaceAll('/', '-')}`);
  }
  await page.setViewportSize({ width: 1200, height: 800 });
}

async function large(page, root) {
  const begun = Date.now();
  await page.goto(pathToFileURL(path.join(root, 'pages/7.html')).href);
  await page.locator('.message', { hasText: 'message 99999' }).waitFor();
  const opened = Date.now() - begun;
  assert(await page.locator('.message').count() < 1000, 'all messages are in the document');
  const searched = Date.now();
  await page.fill('#search', 'needle');
  await page.locator('#count', { hasText: '1 found' }).waitFor();
  const found = Date.now() - searched;
  await page.locator('#hits button').click();
  const hit = page.locator('.message.hit', { hasText: 'the needle in the hay' });
  await hit.waitFor();
  const isSeen = () => page.waitForFunction(() => {
    const box = document.querySelector('.message.hit').getBoundingClientRect();
    return box.top > 60 && box.bottom < innerHeight;
  });
  await isSeen();
  await page.keyboard.press('Escape');
  // Scrolling by hand reaches messages without holes.
  const times = await page.evaluate(() => new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      scrollBy(0, -900);
      if (times.length === 300) resolve(times); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }));
  await page.waitForFunction(() => {
    const block = document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('section');
    return block && block.childElementCount > 0;
  });
  await page.fill('#date', '2025-01-01');
  await page.locator('.day', { hasText: '2025' }).first().waitFor();
  times.sort((one, other) => one - other);
  const [median, slowest] = [times[150], times.at(-1)].map((time) => `${time.toFixed(1)} ms`);
  console.log(`100,000 messages: open in ${opened} ms, searched in ${found} ms, ${median} a frame, slowest ${slowest}`);
}

(async () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'groupme-archive-'));
  const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath: BROWSER, args: flags });
  try {
    write(root);
    const begun = Date.now();
    execFileSync(GROUPME, ['archive', root, '--html', '--offline'], { stdio: ['ignore', 'ignore', 'inherit'] });
    console.log(`pages written in ${Date.now() - begun} ms`);
    const wrong = [];
    for (const scheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: scheme, timezoneId: 'Europe/Berlin' });
      page.scheme = scheme;
      page.on('pageerror', (error) => wrong.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      page.on('request', (request) => request.url().startsWith('file:') || wrong.push(request.url()));
      await read(page, root);
      await narrow(page, root);
      if (scheme === 'light') await large(page, root);
      await page.close();
    }
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
    fs.rmSync(root, { recursive: true });
  }
})();
