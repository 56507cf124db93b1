'use strict';
// A third-party client for `groupme sim`.
//
//   node client.js --client faye-1.4.3|faye-0.7.2|cometd --transport websocket|long-polling
//                  --port SIMULATOR --token TOKEN
//
// It connects through a relay of its own, which can reset connections. It prints one JSON object a line:
// {ready}, {event} with the number of each received event, {published} or {refused, error} with the number
// of each publish that is answered. It reads one command a line from stdin, a JSON object, and prints {done}
// or {failed}. It exits at the end of stdin, so it never outlives the program that started it.
//
//   {do: 'subscribe', channel}      handshakes, subscribes, and waits for the reply and for the transport
//   {do: 'publish', first, count}   publishes numbered events, each after the reply to the one before
//   {do: 'probe', n}                publishes one event, which may be lost, and does not wait
//   {do: 'publish-forbidden'}       publishes an event that GroupMe accepts from no client, as number 0
//   {do: 'reset'}                   resets all connections and prints how many: {reset}
//   {do: 'set-port', port}          makes the relay connect to this port
//   {do: 'counters'}                prints {upgrades, posts}: upgrades to websocket, and POST requests
//   {do: 'old-socket'}              prints {version, status} of a handshake by the client's own websocket
//   {do: 'disconnect'}              disconnects
//
// GroupMe lets clients publish pings on their own channel, so pings are the events.
const net = require('net');
const readline = require('readline');

function option(name) {
  const at = process.argv.indexOf('--' + name);
  if (at < 0) throw new Error(`--${name} is missing`);
  return process.argv[at + 1];
}

const print = (record) => process.stdout.write(JSON.stringify(record) + '\n');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const ext = () => ({ access_token: option('token'), timestamp: Math.floor(Date.now() / 1000) });

/** A relay in front of the simulator. */
class Relay {
  constructor(port) {
    this.port = port;
    this.sockets = new Set();
    this.counters = { upgrades: 0, posts: 0 };
    this.server = net.createServer((near) => {
      const far = net.connect(this.port, '127.0.0.1');
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        this.sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => { this.sockets.delete(socket); near.destroy(); far.destroy(); });
      }
      far.once('data', (bytes) => { if (bytes.toString('latin1').startsWith('HTTP/1.1 101 ')) this.counters.upgrades += 1; });
      near.on('data', (bytes) => { if (bytes.toString('latin1').startsWith('POST ')) this.counters.posts += 1; });
      near.pipe(far);
      far.pipe(near);
    });
  }

  async start() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/faye`;
  }

  reset() {
    print({ reset: this.sockets.size });
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}

function receive(data) {
  if (data && typeof data.n === 'number') print({ event: data.n });
}

/** npm `faye`, which repeats its subscriptions after a new handshake. */
function fayeClient(faye, url) {
  const client = new faye.Client(url, { timeout: 5, retry: 1 });
  const transport = option('transport');
  if (transport === 'long-polling') client.disable('websocket');
  // It starts with long-polling. During the change of transport, replies and events use different
  // connections and come in any order.
  let onTransport;
  const changed = new Promise((done) => { onTransport = done; });
  client.addExtension({
    outgoing(message, send) {
      if (message.connectionType === transport) onTransport();
      const isAuthorised = message.channel === '/meta/subscribe' || !message.channel.startsWith('/meta/');
      if (isAuthorised) message.ext = ext();
      send(message);
    },
  });
  // Old versions return an object with `callback` and `errback` instead of a promise.
  const settled = (deferred) => new Promise((done, fail) => { deferred.callback(() => done()); deferred.errback((error) => fail(error)); });
  return {
    subscribe: async (channel) => { await settled(client.subscribe(channel, receive)); await changed; },
    publish: (channel, data) => settled(client.publish(channel, data)),
    disconnect: async () => { client.disconnect(); await pause(200); },
  };
}

/**
 * Faye 0.7.2. Its own websockets speak a draft of the protocol and use an interface that Node has removed.
 * In browsers it uses those of the browser; here it gets those of later versions.
 */
function oldFaye() {
  const faye = require('faye-0.7');
  const own = faye.WebSocket.Client;
  faye.WebSocket.Client = require('faye-websocket').Client;
  return { faye, own };
}

/** npm `cometd`, which leaves subscribing after a new handshake to the application. */
function cometdClient(url) {
  require('cometd-nodejs-client').adapt();
  const { CometD } = require('cometd');
  const cometd = new CometD();
  const unwanted = option('transport') === 'websocket' ? ['long-polling', 'callback-polling'] : ['websocket', 'callback-polling'];
  for (const transport of unwanted) cometd.unregisterTransport(transport);
  cometd.configure({ url, logLevel: 'error', backoffIncrement: 200, maxBackoff: 1000, maxNetworkDelay: 5000 });
  const settle = (done, fail) => (reply) => (reply.successful ? done() : fail(new Error(reply.error || JSON.stringify(reply.failure && reply.failure.reason))));
  return {
    subscribe: (channel) => new Promise((done, fail) => {
      cometd.addListener('/meta/handshake', (reply) => {
        if (reply.successful) cometd.subscribe(channel, (message) => receive(message.data), { ext: ext() }, settle(done, fail));
      });
      cometd.handshake();
    }),
    publish: (channel, data) => new Promise((done, fail) => cometd.publish(channel, data, { ext: ext() }, settle(done, fail))),
    disconnect: () => new Promise((done) => cometd.disconnect(() => done())),
  };
}

/** Sends the handshake of a websocket of this class, but not the reply to it: Node would crash. */
async function oldSocket(Socket, port) {
  const answered = new Promise((done, fail) => {
    const server = net.createServer((near) => {
      let asked = '';
      let answer = '';
      const far = net.connect(port, '127.0.0.1');
      near.on('data', (bytes) => { asked += bytes; far.write(bytes); });
      far.on('data', (bytes) => {
        answer += bytes;
        if (!answer.includes('\r\n')) return;
        const [, version] = /^sec-websocket-version: *(.*)\r$/im.exec(asked) || [];
        done({ version, status: +answer.split(' ')[1] });
        for (const socket of [near, far]) socket.destroy();
        server.close();
      });
      for (const socket of [near, far]) socket.on('error', fail);
    });
    server.listen(0, '127.0.0.1', () => new Socket(`ws://127.0.0.1:${server.address().port}/faye`));
  });
  print(await answered);
}

async function run() {
  const relay = new Relay(+option('port'));
  await relay.start();
  const name = option('client');
  const old = name === 'faye-0.7.2' ? oldFaye() : null;
  const client = name === 'cometd' ? cometdClient(relay.url) : fayeClient(old ? old.faye : require('faye'), relay.url);

  let own;
  const publish = (data) => client.publish(own, data).then(
    () => print({ published: data.n }),
    (error) => print({ refused: data.n, error: String((error && error.message) || error) }),
  );
  const actions = {
    subscribe: async ({ channel }) => { own = channel; await client.subscribe(channel); },
    publish: async ({ first, count }) => { for (let n = first; n < first + count; n += 1) await publish({ type: 'ping', n }); },
    probe: async ({ n }) => { publish({ type: 'ping', n }); },
    'publish-forbidden': () => publish({ type: 'forbidden', n: 0 }),
    reset: async () => relay.reset(),
    'set-port': async ({ port }) => { relay.port = port; },
    counters: async () => print(relay.counters),
    'old-socket': () => oldSocket(old.own, relay.port),
    disconnect: () => client.disconnect(),
  };
  process.stdin.on('end', () => process.exit(0));
  print({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    await actions[command.do](command).then(
      () => print({ done: command.do }),
      (error) => print({ failed: command.do, error: String((error && error.message) || error) }),
    );
  }
}

run().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
