'use strict';
// A client of others, visiting our server, the simulated GroupMe.
//
//   node visitor.js --client faye-1.4.3|faye-0.7.2|cometd --transport websocket|long-polling
//                   --port SIMULATOR --token TOKEN
//
// It goes to the simulator by way of a relay of its own, so that it can cut connections. It prints one
// JSON object a line: {ready}, {heard} with the number of each event, {published} or {refused, error} with
// the number of each publish that is answered.
// It reads one JSON object a line from stdin, does what it says, answers {done} or {failed}, and ends when
// stdin does, so that it never outlives the program that started it.
//
//   {do: 'subscribe', channel}      handshakes, subscribes, is answered, and comes to the transport
//   {do: 'publish', first, count}   publishes numbered events one after the other, each once the last is answered
//   {do: 'probe', n}                publishes one event that may be lost on its way, and does not wait
//   {do: 'shout'}                   publishes what GroupMe does not let a client publish, as number 0
//   {do: 'cut'}                     resets all connections, and tells how many: {cut}
//   {do: 'lead', port}              from now on the relay goes to this port
//   {do: 'tally'}                   tells {upgrades, posts}: connections that became websockets, and POST requests
//   {do: 'old-socket'}              tells {version, status}: what a websocket of the client's own asks for, and its answer
//   {do: 'leave'}                   disconnects
//
// What GroupMe lets clients publish on their own channel is a ping, so pings are the events.
const net = require('net');
const readline = require('readline');

function option(name) {
  const at = process.argv.indexOf('--' + name);
  if (at < 0) throw new Error(`--${name} is missing`);
  return process.argv[at + 1];
}

const say = (record) => process.stdout.write(JSON.stringify(record) + '\n');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const ext = () => ({ access_token: option('token'), timestamp: Math.floor(Date.now() / 1000) });

/** A relay in front of the simulator. */
class Relay {
  constructor(port) {
    this.port = port;
    this.sockets = new Set();
    this.tally = { upgrades: 0, posts: 0 };
    this.server = net.createServer((near) => {
      const far = net.connect(this.port, '127.0.0.1');
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        this.sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => { this.sockets.delete(socket); near.destroy(); far.destroy(); });
      }
      far.once('data', (bytes) => { if (bytes.toString('latin1').startsWith('HTTP/1.1 101 ')) this.tally.upgrades += 1; });
      near.on('data', (bytes) => { if (bytes.toString('latin1').startsWith('POST ')) this.tally.posts += 1; });
      near.pipe(far);
      far.pipe(near);
    });
  }

  async start() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/faye`;
  }

  cut() {
    say({ cut: this.sockets.size });
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}

function hear(data) {
  if (data && typeof data.n === 'number') say({ heard: data.n });
}

/** npm `faye`. It subscribes again by itself. */
function fayeVisitor(faye, url) {
  const client = new faye.Client(url, { timeout: 5, retry: 1 });
  const transport = option('transport');
  if (transport === 'long-polling') client.disable('websocket');
  // It begins with polling, whatever comes later; what is published while it changes is answered on one
  // connection and heard on another, in any order.
  let arrive;
  const arrived = new Promise((done) => { arrive = done; });
  client.addExtension({
    outgoing(message, send) {
      if (message.connectionType === transport) arrive();
      const speaks = message.channel === '/meta/subscribe' || !message.channel.startsWith('/meta/');
      if (speaks) message.ext = ext();
      send(message);
    },
  });
  // Old ones return what has `callback` and `errback` and is no promise.
  const settled = (deferred) => new Promise((done, fail) => { deferred.callback(() => done()); deferred.errback((error) => fail(error)); });
  return {
    subscribe: async (channel) => { await settled(client.subscribe(channel, hear)); await arrived; },
    publish: (channel, data) => settled(client.publish(channel, data)),
    leave: async () => { client.disconnect(); await pause(200); },
  };
}

/**
 * The sockets that 0.7.2 brings along speak a draft of the protocol, and read answers with a part of Node
 * that is not there any more. In browsers it takes those of the browser; here it gets those of its successors.
 */
function oldFaye() {
  const faye = require('faye-0.7');
  const own = faye.WebSocket.Client;
  faye.WebSocket.Client = require('faye-websocket').Client;
  return { faye, own };
}

/** npm `cometd`. It expects the application to subscribe after each handshake. */
function cometdVisitor(url) {
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
        if (reply.successful) cometd.subscribe(channel, (message) => hear(message.data), { ext: ext() }, settle(done, fail));
      });
      cometd.handshake();
    }),
    publish: (channel, data) => new Promise((done, fail) => cometd.publish(channel, data, { ext: ext() }, settle(done, fail))),
    leave: () => new Promise((done) => cometd.disconnect(() => done())),
  };
}

/** Has a socket of this class ask the simulator, and keeps the answer from it: Node would crash. */
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
  say(await answered);
}

async function visit() {
  const relay = new Relay(+option('port'));
  await relay.start();
  const name = option('client');
  const old = name === 'faye-0.7.2' ? oldFaye() : null;
  const visitor = name === 'cometd' ? cometdVisitor(relay.url) : fayeVisitor(old ? old.faye : require('faye'), relay.url);

  let own;
  const publish = (data) => visitor.publish(own, data).then(
    () => say({ published: data.n }),
    (error) => say({ refused: data.n, error: String((error && error.message) || error) }),
  );
  const deeds = {
    subscribe: async ({ channel }) => { own = channel; await visitor.subscribe(channel); },
    publish: async ({ first, count }) => { for (let n = first; n < first + count; n += 1) await publish({ type: 'ping', n }); },
    probe: async ({ n }) => { publish({ type: 'ping', n }); },
    shout: () => publish({ type: 'shout', n: 0 }),
    cut: async () => relay.cut(),
    lead: async ({ port }) => { relay.port = port; },
    tally: async () => say(relay.tally),
    'old-socket': () => oldSocket(old.own, relay.port),
    leave: () => visitor.leave(),
  };
  process.stdin.on('end', () => process.exit(0));
  say({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    await deeds[order.do](order).then(
      () => say({ done: order.do }),
      (error) => say({ failed: order.do, error: String((error && error.message) || error) }),
    );
  }
}

visit().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
