// The simulator's page in a real browser: a person types, a bot answers, and both come back after a
// restart. Needs BROWSER, the path of Chromium, and ROOT, the `root_url` of `groupme sim`.

'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { chromium } = require('playwright-core');

const { ROOT, BROWSER } = process.env;

async function sim(path, body) {
  const answer = await fetch(`${ROOT}/sim/v1${path}`, body && { method: 'POST', body: JSON.stringify(body) });
  assert(answer.ok, await answer.clone().text());
  return answer.json();
}

async function say(page, text) {
  await page.fill('#text', text);
  await page.keyboard.press('Enter');
}

async function talk(page) {
  await page.selectOption('#as', { label: 'Mara' });
  const pongs = () => page.locator('.message .bubble', { hasText: /^pong$/ }).count();
  // The chat is shown after the names: its earlier messages, of the other tests, all at once.
  await page.locator('.message').first().waitFor();
  const before = await pongs();
  for (const expected of [1, 2]) {
    await sim('/wait', { subscribed: { user: 'Robin' } });
    await say(page, '!ping');
    await page.waitForFunction(
      (count) => [...document.querySelectorAll('.bubble')].filter((one) => one.textContent === 'pong').length >= count,
      before + expected,
    );
    await page.getByRole('button', { name: 'Restart' }).click();
  }
  assert.equal(await pongs(), before + 2);
}

async function change(page) {
  await say(page, 'helo');
  const row = page.locator('.message', { has: page.locator('.bubble', { hasText: /^helo$/ }) }).last();
  const id = await row.getAttribute('data-id');
  const same = page.locator(`[data-id="${id}"]`);
  const act = async (name) => {
    await same.hover();
    await same.getByRole('button', { name }).click();
  };
  await act('React with 👍');
  await same.locator('.reaction', { hasText: '👍 1' }).waitFor();
  await act('Pin');
  await same.getByText('pinned').waitFor();
  await act('Edit');
  await say(page, 'hello');
  await same.locator('.bubble', { hasText: /^hello$/ }).waitFor();
  await same.getByText('edited').waitFor();
  await act('Reply');
  await say(page, 'an answer');
  await page.locator('.quote', { hasText: 'Mara: hello' }).waitFor();
  await act('Delete');
  await same.locator('.bubble', { hasText: 'This message was deleted' }).waitFor();
  await sim('/typing', { as: 'Theo', conversation: 'Lake weekend' });
  await page.getByText('Theo is typing').waitFor();
  // What a member writes is never a program or a part of the page.
  await say(page, '<img src=x onerror="document.title=1"><b>bold</b>');
  await page.getByText('<b>bold</b>').waitFor();
  assert.equal(await page.title(), 'Simulated GroupMe');
}

async function watch(page, token) {
  await page.locator('#entries .what', { hasText: 'line.create' }).first().waitFor();
  await page.keyboard.press('Tab');
  await page.locator('#messages').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('Restart');
  await page.locator('.entry.bad').first().waitFor();
  await page.locator('.entry.bad summary').first().click();
  await page.locator('.tree').first().waitFor();
  assert(!(await page.locator('#wire .log').innerText()).includes(token));
  await page.fill('#filter', '');
  const first = await page.locator('#title').innerText();
  await page.keyboard.press('Alt+ArrowDown');
  await page.waitForFunction((before) => document.getElementById('title').textContent !== before, first);
}

// Scrolls back through 10,000 messages, and returns the times between two frames, in ms.
async function scroll(page) {
  await sim('/incidents', { kind: 'burst', messages: 10000 });
  await page.goto(ROOT);
  await page.locator('.message').first().waitFor();
  const times = await page.evaluate(() => new Promise((resolve) => {
    const list = document.getElementById('messages');
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      list.scrollTop -= 1200;
      const isDone = [...list.querySelectorAll('.bubble')].some((one) => one.textContent === 'burst 1');
      if (isDone || times.length === 3000) resolve(times); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }));
  assert(times.length < 3000, 'the first message was not reached');
  assert(await page.locator('.message').count() < 400, 'all rows are on the page');
  times.sort((one, other) => one - other);
  return { median: times[Math.floor(times.length / 2)], slowest: times.at(-1), frames: times.length };
}

(async () => {
  const { token } = (await sim('/')).user;
  const env = { ...process.env, GROUPME_ACCESS_TOKEN: token };
  const bot = spawn('node', ['ping_bot.js'], { env, stdio: 'inherit' });
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath: BROWSER, args: flags });
  try {
    const page = await browser.newPage({ viewport: { width: 1300, height: 800 } });
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', (request) => request.url().startsWith(ROOT) || wrong.push(request.url()));
    await page.goto(ROOT);
    await talk(page);
    await change(page);
    await watch(page, token);
    await page.setViewportSize({ width: 380, height: 700 });
    for (const [name, pane] of [['Wire', '#wire'], ['Conversations', '#list'], ['Chat', '#chat']]) {
      await page.locator('.panes').getByRole('button', { name }).click();
      await page.locator(pane).waitFor();
      assert.equal(await page.locator('.pane:visible').count(), 1);
      assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    }
    await page.setViewportSize({ width: 1300, height: 800 });
    const { median, slowest, frames } = await scroll(page);
    console.log(`10,000 messages in ${frames} frames: ${median.toFixed(1)} ms a frame, slowest ${slowest.toFixed(1)} ms`);
    assert.deepEqual(wrong, []);
  } finally {
    bot.kill();
    await browser.close();
  }
})();
