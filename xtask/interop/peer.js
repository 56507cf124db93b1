'use strict';
// What the servers have in common: their sockets, their control plane, and what they tell.
//
// A server prints one JSON object a line on stdout: first {ready, port, control}, then {saw, …} for each
// message of the protocol it reads and {answered, …} for each connect it answers. It listens on loopback, and it ends when its stdin does, so that it never
// outlives the program that started it.
//
// The control plane is HTTP on a port of its own, which no fault touches. POST a JSON object to
//   /publish  {channel, type, first, count}   publish `count` numbered events, the first with number `first`
//   /destroy  {}                              forget every session
//   /kill     {}                              reset every connection
//   /stall    {ms}                            neither read nor write on any open connection, for `ms` or for good
//   /mode     {…}                             change how requests are answered; see `mode` below
const http = require('http');

const mode = {
  unavailable: false, // every HTTP request is answered 503
  refuseUpgrade: false, // every websocket upgrade is answered 400
  refuseHandshake: false, // every handshake fails, as Bayeux has it
  refuseChannel: null, // subscriptions to this channel fail, whatever the token
};

function option(name, fallback) {
  const at = process.argv.indexOf('--' + name);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** As GroupMe behaves: only subscriptions are authorised, and the refusal is free text without a code. */
function refusal({ channel, subscription, ext }) {
  if (channel !== '/meta/subscribe') return undefined;
  const allowed = (ext || {}).access_token === option('token') && subscription !== mode.refuseChannel;
  return allowed ? undefined : 'Access token authentication failed';
}

const say = (record) => process.stdout.write(JSON.stringify(record) + '\n');

/** The payload of event `seq`; xtask/src/interop/event.rs knows the same form. */
function payload(type, seq) {
  const id = '1700' + String(seq).padStart(14, '0');
  return {
    alert: `Ann: event ${seq}`,
    received_at: 1700000000000 + seq,
    seq,
    subject: {
      attachments: [],
      avatar_url: null,
      created_at: 1700000000 + seq,
      group_id: '2',
      id,
      name: 'Ann',
      sender_id: '1',
      sender_type: 'user',
      source_guid: `guid-${seq}`,
      system: false,
      text: `event ${seq}: "quoted" \\ \n \u2028 caf\u00e9 \u{1f600}`,
      user_id: '1',
    },
    type,
  };
}

/**
 * Serves a Bayeux implementation.
 *
 * `attach(server)` adds it to a fresh HTTP server; `publish(channel, data)` and `destroy()` are its side of the
 * control plane.
 */
function serve({ attach, publish, destroy }) {
  const sockets = new Set();
  const server = http.createServer();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  attach(server);
  interpose(server, 'request', (request, response) => {
    if (!mode.unavailable) return false;
    say({ saw: 'request', refused: 503 });
    response.writeHead(503, { 'Content-Type': 'text/html', Connection: 'close' });
    response.end('<html><body>down for a while</body></html>');
    return true;
  });
  interpose(server, 'upgrade', (request, socket) => {
    const status = mode.unavailable ? 503 : mode.refuseUpgrade ? 400 : 0;
    say({ saw: 'upgrade', refused: status || undefined });
    if (status === 0) return false;
    socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return true;
  });

  const commands = {
    publish({ channel, type, first, count }) {
      for (let seq = first; seq < first + count; seq++) publish(channel, payload(type, seq));
    },
    destroy,
    kill() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stall({ ms }) {
      for (const socket of sockets) stall(socket, ms);
    },
    mode(change) {
      Object.assign(mode, change);
    },
  };
  const control = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const command = commands[request.url.slice(1)];
      try {
        if (!command) throw new Error('no such command');
        command(JSON.parse(body));
        response.writeHead(204).end();
      } catch (error) {
        response.writeHead(400).end(String(error));
      }
    });
  });

  server.on('listening', () => {
    control.listen(0, '127.0.0.1', () => {
      say({ ready: true, port: server.address().port, control: control.address().port });
    });
  });
  // A server that comes back to its port may find it lent to somebody's outgoing connection.
  const listen = () => server.listen(Number(option('port', 0)), '127.0.0.1');
  server.on('error', (error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    setTimeout(listen, 100);
  });
  listen();
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

/** Puts `first` before the listeners of an event; what it answers with true, they do not see. */
function interpose(server, event, first) {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  // Without a listener for upgrades, node serves an upgrade as an ordinary request; so it must stay.
  if (listeners.length === 0) return;
  server.on(event, function (...args) {
    if (first(...args)) return;
    for (const listener of listeners) listener.apply(this, args);
  });
}

/** Makes one side of a connection dead: what the peer sends is not read, what is written does not leave. */
function stall(socket, ms) {
  const { write, end } = socket;
  const held = [];
  socket.pause();
  socket.resume = () => socket;
  socket.write = (...args) => held.push([write, args]) > 0;
  socket.end = (...args) => held.push([end, args]) > 0 && socket;
  if (ms === undefined) {
    // Not even the end of the session gets through.
    socket.destroy = () => socket;
    return;
  }
  setTimeout(() => {
    delete socket.resume;
    delete socket.write;
    delete socket.end;
    for (const [method, args] of held) method.apply(socket, args);
    socket.resume();
  }, ms);
}

module.exports = { mode, option, refusal, say, serve };
