// The page: starts its parts, and follows the journal.

import * as chat from './chat.js';
import * as wire from './wire.js';
import { find, make, request, showError } from './api.js';

let users = [];

function buttons() {
  for (const button of document.querySelectorAll('button[data-post], button[data-put], button[data-delete]')) {
    button.addEventListener('click', () => {
      const { post, put, delete: gone, body } = button.dataset;
      const method = post ? 'POST' : put ? 'PUT' : 'DELETE';
      run(button, method, post ?? put ?? gone, body && JSON.parse(body));
    });
  }
  find('chaos').addEventListener('click', ({ currentTarget }) => {
    run(currentTarget, 'PUT', '/faults', { seed: Number(find('seed').value) || 0, chaos: 'network' });
  });
  const panes = [...document.querySelectorAll('.panes button')];
  for (const button of panes) {
    button.addEventListener('click', () => { document.body.dataset.pane = button.dataset.pane; });
  }
  const mark = () => panes.forEach((button) => button.setAttribute('aria-pressed', button.dataset.pane === document.body.dataset.pane));
  new MutationObserver(mark).observe(document.body, { attributeFilter: ['data-pane'] });
  mark();
}

async function run(button, method, path, body) {
  try {
    await request(method, path, body);
    showError();
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 900);
  } catch (error) {
    showError(error);
  }
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

async function showClock() {
  try {
    const { time } = await request('GET', '/clock');
    find('clock').textContent = clock.format(new Date(time));
  } catch { /* the journal shows the loss */ }
}

async function follow() {
  let after = 0;
  let wait = 0;
  for (;;) {
    try {
      const page = await request('GET', `/journal?after=${after}&limit=1000&wait_ms=${wait}`);
      // A smaller number means another simulator at the same address.
      after = page.last;
      // What was before this page opened is history for the chat.
      if (wait) for (const entry of page.entries) chat.follow(entry);
      for (const entry of page.entries) wire.follow(entry);
      wire.show();
      if (page.entries.length < 1000) wait = 25000;
      find('link').textContent = 'live';
      find('link').className = '';
    } catch {
      find('link').textContent = 'the simulator does not answer';
      find('link').className = 'lost';
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
      try {
        users = (await request('GET', '/')).users;
        location.reload();
        return;
      } catch { /* try again */ }
    }
  }
}

// Shows the addresses and credentials, each with a button to copy it.
function showPlaces({ gateway_url: gateway, api_url: api, user }) {
  const places = { Gateway: gateway, API: api, User: user.id, Token: user.token };
  find('places').replaceChildren(...Object.entries(places).flatMap(([name, text]) => {
    const copy = ({ currentTarget }) => {
      navigator.clipboard.writeText(text);
      currentTarget.textContent = 'Copied';
      setTimeout(() => { currentTarget.textContent = 'Copy'; }, 1200);
    };
    return [make('dt', {}, name), make('dd', {}, make('code', {}, text),
      make('button', { type: 'button', 'aria-label': `Copy the ${name}`, onclick: copy }, 'Copy'))];
  }));
}

buttons();
chat.start().then((overview) => {
  users = overview.users;
  showPlaces(overview);
  wire.start((id) => users.find((user) => user.id === id)?.name ?? id);
  showClock();
  setInterval(showClock, 1000);
  follow();
}).catch(showError);
