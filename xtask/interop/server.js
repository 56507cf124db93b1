'use strict';
// Common part of the servers: sockets, commands, output.
//
// A server prints one JSON object a line on stdout: first {ready, port}, then {received, …} for each
// protocol message that it reads and {answered, …} for each connect that it answers. It listens on
// loopback. It reads one command a line from stdin, a JSON object, and prints {done} or {failed}. It exits
// at the end of stdin, so it never outlives the program that started it.
//
//   {do: 'publish', channel, type, first, count}  publish `count` numbered events, the first with number `first`
//   {do: 'destroy'}                               remove every session
//   {do: 'reset'}                                 reset every connection
//   {do: 'stall', ms}                             stop reading and writing on every connection, for `ms` or for good
//   {do: 'sync'}                                  do nothing: all lines before its {done} are older
//   {do: 'mode', …}                               change how requests are answered; see `mode` below
const http = require('http');
const readline = require('readline');

const mode = {
  unavailable: false, // every HTTP request is answered 503
  refuseUpgrade: false, // every websocket upgrade is answered 400
  refuseHandshake: false, // every handshake reply is unsuccessful
  refuseChannel: null, // subscriptions to this channel are refused with any token
  loseEvents: false, // the next HTTP response with events is lost, and its connection reset
};

function option(name, fallback) {
  const at = process.argv.indexOf('--' + name);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** The error of a message that GroupMe refuses: only subscriptions are authorised, and the error has no code. */
function refusal({ channel, subscription, ext }) {
  if (channel !== '/meta/subscribe') return undefined;
  const allowed = (ext || {}).access_token === option('token') && subscription !== mode.refuseChannel;
  return allowed ? undefined : 'Access token authentication failed';
}

const print = (record) => process.stdout.write(JSON.stringify(record) + '\n');

/** Payload of event `seq`, as xtask/src/interop/event.rs expects it. */
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
 * `attach(server)` adds it to a new HTTP server; `publish(channel, data)` and `destroy()` carry out the
 * commands of these names.
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
    if (mode.loseEvents) loseEvents(response);
    if (!mode.unavailable) return false;
    print({ received: 'request', refused: 503 });
    response.writeHead(503, { 'Content-Type': 'text/html', Connection: 'close' });
    response.end('<html><body>down for a while</body></html>');
    return true;
  });
  interpose(server, 'upgrade', (request, socket) => {
    const status = mode.unavailable ? 503 : mode.refuseUpgrade ? 400 : 0;
    print({ received: 'upgrade', refused: status || undefined });
    if (status === 0) return false;
    socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return true;
  });

  const commands = {
    publish({ channel, type, first, count }) {
      for (let seq = first; seq < first + count; seq++) publish(channel, payload(type, seq));
    },
    destroy,
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stall({ ms }) {
      for (const socket of sockets) stall(socket, ms);
    },
    sync() {},
    mode(change) {
      Object.assign(mode, change);
    },
  };
  const input = readline.createInterface({ input: process.stdin });
  input.on('line', (line) => {
    const { do: name, ...command } = JSON.parse(line);
    try {
      commands[name](command);
      print({ done: name });
    } catch (error) {
      print({ failed: name, error: String(error) });
    }
  });
  input.on('close', () => process.exit(0));

  server.on('listening', () => print({ ready: true, port: server.address().port }));
  // After a restart the port may be in use for an outgoing connection.
  const listen = () => server.listen(Number(option('port', 0)), '127.0.0.1');
  server.on('error', (error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    setTimeout(listen, 100);
  });
  listen();
}

/** Loses a response if it is the next one with events. */
function loseEvents(response) {
  const { end } = response;
  response.end = function (body, ...rest) {
    if (!mode.loseEvents || !/"data":/.test(String(body))) return end.call(this, body, ...rest);
    mode.loseEvents = false;
    print({ lost: 'response' });
    this.socket.resetAndDestroy();
    return this;
  };
}

/** Calls `first` before the listeners of an event, and does not call those if it returns true. */
function interpose(server, event, first) {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  // Without a listener for upgrades, node serves an upgrade as an ordinary request.
  if (listeners.length === 0) return;
  server.on(event, function (...args) {
    if (first(...args)) return;
    for (const listener of listeners) listener.apply(this, args);
  });
}

/** Stops reading and writing on a connection, for `ms` or for good. */
function stall(socket, ms) {
  const { write, end } = socket;
  const held = [];
  socket.pause();
  socket.resume = () => socket;
  socket.write = (...args) => held.push([write, args]) > 0;
  socket.end = (...args) => held.push([end, args]) > 0 && socket;
  if (ms === undefined) {
    // The end of the session must not close it either.
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

module.exports = { mode, option, refusal, print, serve };
