const assert = require('node:assert');
const { spawn } = require('node:child_process');

const { ROOT } = process.env; // `root_url`, as `groupme sim` prints it
const sim = async (path, body) => {
  const answer = await fetch(`${ROOT}/sim/v1${path}`, body && { method: 'POST', body: JSON.stringify(body) });
  assert(answer.ok, await answer.clone().text());
  return answer.json();
};

(async () => {
  const { token } = (await sim('/')).user;
  const env = { ...process.env, GROUPME_ACCESS_TOKEN: token };
  const bot = spawn('node', ['ping_bot.js'], { env, stdio: 'inherit' });
  try {
    for (let round = 0; round < 2; round += 1) {
      await sim('/wait', { subscribed: { user: 'Robin' } });
      const ping = await sim('/messages', { conversation: 'Lake weekend', as: 'Mara', text: '!ping' });
      const pong = await sim('/wait', { reply: { to: ping.id, as: 'Robin' } });
      assert.equal(pong.text, 'pong');
      await sim('/incidents', { kind: 'restart' }); // and the bot has to come back
    }
  } finally {
    bot.kill();
  }
})();
