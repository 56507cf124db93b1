'use strict';
// A client of others, visiting our server: `groupme sim`.
//
//   node visitor.js --client faye-1.4.3|faye-0.7.2|cometd --transport websocket|long-polling
//                   --case thousand|kill-sockets|restart --binary FILE
//
// It starts the simulator on a port that the system chooses, goes there by way of a relay of its own, so
// that it can cut connections, prints what it does, one JSON object a line, and ends with status 0 if all
// went well. What GroupMe lets clients publish on their own channel is a ping, so pings are the events.
const { spawn } = require('child_process');
const net = require('net');

const HEARD_WITHIN = 20_000;
const BACK_WITHIN = 60_000;
const WHOLE_VISIT = 150_000;

function option(name) {
  const at = process.argv.indexOf('--' + name);
  if (at < 0) throw new Error(`--${name} is missing`);
  return process.argv[at + 1];
}

const say = (record) => process.stdout.write(JSON.stringify(record) + '\n');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${what}: not within ${ms / 1000} s`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The simulator, which dies with this program. */
class Simulator {
  async start(port) {
    this.child = spawn(option('binary'), ['sim', '--addr', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await within(HEARD_WITHIN, 'the first line of the simulator', new Promise((done, fail) => {
      let text = '';
      this.child.stdout.on('data', (bytes) => { text += bytes; if (text.includes('\n')) done(text.split('\n')[0]); });
      this.child.once('exit', (code) => fail(new Error(`the simulator ended with status ${code}`)));
    }));
    const told = JSON.parse(line);
    this.port = +new URL(told.gateway_url).port;
    this.token = told.token;
    this.channel = `/user/${told.user_id}`;
  }

  async kill() {
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.removeAllListeners('exit');
    this.child.once('exit', () => {});
    const ended = new Promise((done) => this.child.once('close', done));
    this.child.kill('SIGKILL');
    await Promise.race([gone, ended]);
  }
}

/** A relay in front of the simulator. */
class Relay {
  constructor(simulator) {
    this.sockets = new Set();
    this.upgrades = 0;
    this.server = net.createServer((near) => {
      const far = net.connect(simulator.port, '127.0.0.1');
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        this.sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => { this.sockets.delete(socket); near.destroy(); far.destroy(); });
      }
      near.once('data', (bytes) => { if (/^upgrade: *websocket/im.test(bytes.toString('latin1'))) this.upgrades += 1; });
      near.pipe(far);
      far.pipe(near);
    });
  }

  async start() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/faye`;
  }

  cut() {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}

/** npm `faye`. It subscribes again by itself. */
function fayeVisitor(name, url, token, hear) {
  const faye = require(name);
  const client = new faye.Client(url, { timeout: 5, retry: 1 });
  const wanted = option('transport');
  if (wanted === 'long-polling') client.disable('websocket');
  client.addExtension({
    outgoing(message, send) {
      const speaks = message.channel === '/meta/subscribe' || !message.channel.startsWith('/meta/');
      if (speaks) message.ext = { access_token: token, timestamp: Math.floor(Date.now() / 1000) };
      send(message);
    },
  });
  // Old ones return what has `callback` and `errback` and is no promise.
  const settled = (deferred) => new Promise((done, fail) => { deferred.callback(() => done()); deferred.errback((error) => fail(error)); });
  return {
    subscribe: (channel) => settled(client.subscribe(channel, hear)),
    publish: (channel, data) => settled(client.publish(channel, data)),
    leave: async () => { client.disconnect(); await pause(200); },
  };
}

/** npm `cometd`. It expects the application to subscribe after each handshake. */
function cometdVisitor(url, token, hear) {
  require('cometd-nodejs-client').adapt();
  const { CometD } = require('cometd');
  const cometd = new CometD();
  const unwanted = option('transport') === 'websocket' ? ['long-polling', 'callback-polling'] : ['websocket', 'callback-polling'];
  for (const transport of unwanted) cometd.unregisterTransport(transport);
  cometd.configure({ url, logLevel: 'error', backoffIncrement: 200, maxBackoff: 1000, maxNetworkDelay: 5000 });
  const ext = () => ({ ext: { access_token: token, timestamp: Math.floor(Date.now() / 1000) } });
  const settle = (done, fail) => (reply) => (reply.successful ? done() : fail(new Error(reply.error || JSON.stringify(reply.failure && reply.failure.reason))));
  return {
    subscribe: (channel) => new Promise((done, fail) => {
      cometd.addListener('/meta/handshake', (reply) => {
        if (reply.successful) cometd.subscribe(channel, (message) => hear(message.data), ext(), settle(done, fail));
      });
      cometd.handshake();
    }),
    publish: (channel, data) => new Promise((done, fail) => cometd.publish(channel, data, ext(), settle(done, fail))),
    leave: () => new Promise((done) => cometd.disconnect(() => done())),
  };
}

async function visit() {
  const simulator = new Simulator();
  process.on('exit', () => simulator.child && simulator.child.kill('SIGKILL'));
  await simulator.start(0);
  const relay = new Relay(simulator);
  await relay.start();

  const heard = [];
  let wake = () => {};
  const hear = (data) => { if (data && typeof data.n === 'number') { heard.push(data.n); wake(); } };
  const name = option('client');
  const visitor = name === 'cometd'
    ? cometdVisitor(relay.url, simulator.token, hear)
    : fayeVisitor(name === 'faye-0.7.2' ? 'faye-0.7' : 'faye', relay.url, simulator.token, hear);

  const { channel } = simulator;
  await within(HEARD_WITHIN, 'the subscription', visitor.subscribe(channel));
  say({ subscribed: channel });

  /** Publishes numbered events one after the other, and hears each once and in order. */
  const exchange = async (first, count) => {
    heard.length = 0;
    for (let n = first; n < first + count; n += 1) {
      await within(HEARD_WITHIN, `the reply to publish ${n}`, visitor.publish(channel, { type: 'ping', n }));
    }
    await within(HEARD_WITHIN, `event ${first + count - 1}`, (async () => {
      while (heard[heard.length - 1] !== first + count - 1) await new Promise((done) => { wake = done; });
    })());
    const right = heard.length === count && heard.every((n, at) => n === first + at);
    if (!right) throw new Error(`heard ${heard.length} events, not ${count} in order: ${heard.slice(0, 20)}…`);
    say({ heard: count, first });
  };

  /** Publishes until one event comes back. */
  const recover = async () => {
    const start = Date.now();
    heard.length = 0;
    for (let n = -1; heard.length === 0; n -= 1) {
      if (Date.now() - start > BACK_WITHIN) throw new Error(`nothing was heard for ${BACK_WITHIN / 1000} s`);
      visitor.publish(channel, { type: 'ping', n }).catch(() => {});
      await pause(500);
    }
    say({ recovered_after_ms: Date.now() - start });
    // What was still on its way.
    await pause(1500);
  };

  if (option('case') === 'thousand') {
    await exchange(0, 1000);
    const refused = await visitor.publish(channel, { type: 'shout' }).then(() => null, (error) => error);
    if (!refused) throw new Error('a publish that GroupMe does not permit was taken');
    say({ refused: String(refused.message || refused) });
  } else {
    await exchange(0, 20);
    if (option('case') === 'restart') {
      const { port } = simulator;
      await simulator.kill();
      relay.cut();
      await pause(500);
      await simulator.start(port);
    } else {
      relay.cut();
    }
    await recover();
    await exchange(100, 20);
  }
  const over = option('transport') === 'websocket';
  if (over !== (relay.upgrades > 0)) throw new Error(`${relay.upgrades} connections were upgraded`);
  await within(HEARD_WITHIN, 'the farewell', visitor.leave());
  say({ done: true });
}

// Nothing takes longer, and whoever kills this program leaves the simulator behind.
setTimeout(() => { console.error('it does not end'); process.exit(1); }, WHOLE_VISIT).unref();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

visit().then(() => process.exit(0), (error) => {
  console.error(String((error && error.message) || error));
  process.exit(1);
});
