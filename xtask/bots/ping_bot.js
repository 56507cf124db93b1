// Bot on npm `faye`: answers `!ping` in any group with `pong`.

'use strict';

const faye = require('faye');

const { ROOT, GROUPME_ACCESS_TOKEN: token } = process.env;
const gateway = ROOT ? `${ROOT}/faye` : 'https://push.groupme.com/faye';
const api = ROOT ? `${ROOT}/v3` : 'https://api.groupme.com/v3';
const headers = { 'X-Access-Token': token, 'Content-Type': 'application/json' };

async function main() {
  const me = (await (await fetch(`${api}/users/me`, { headers })).json()).response;
  const client = new faye.Client(gateway);
  client.addExtension({
    outgoing(message, callback) {
      message.ext = { ...message.ext, access_token: token };
      callback(message);
    },
  });
  client.subscribe(`/user/${me.id}`, async ({ type, subject }) => {
    if (type === 'line.create' && subject.text === '!ping') {
      const message = { source_guid: `pong-${subject.id}`, text: 'pong' };
      const body = JSON.stringify({ message });
      await fetch(`${api}/groups/${subject.group_id}/messages`, { method: 'POST', headers, body });
    }
  });
}

main();
