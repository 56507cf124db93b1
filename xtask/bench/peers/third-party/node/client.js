// Clients from npm, used as their users do: `node client.js CLIENT TASK`.

'use strict';

const client = process.argv[2];
const task = JSON.parse(process.argv[3]);
const isLongPolling = task.transport === 'long-polling';
const FIRST_USER = 93645911;

const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
let events = 0;
let read = 0;
let first = 0;
let begin = 0;
let cpu;
const latencies = [];

function finish() {
  const nanos = Math.round((performance.now() - begin) * 1e6);
  const used = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const percentile = (percent) => latencies[Math.floor((latencies.length * percent) / 100)] || 0;
  const result = {
    events, nanos, read, first,
    cpu_nanos: (used.user + used.system) * 1000,
    rss_kb: Math.round(process.memoryUsage().rss / 1024),
    p50: percentile(50),
    p99: percentile(99),
  };
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0));
  events = -Infinity;
}

function onEvent(account, data) {
  if (!data || data.type !== 'line.create') return;
  const { id, text } = data.subject;
  if (task.mode === 'watch') {
    process.stdout.write(JSON.stringify({ account, id, at: now() }) + '\n');
    return;
  }
  if (task.mode === 'idle') return;
  events += 1;
  read += id.length + text.length;
  first = first || now();
  if (!begin) {
    if (events >= task.warm_up) {
      events = 0;
      begin = performance.now();
      cpu = process.cpuUsage();
    }
    return;
  }
  if (task.mode === 'latency' && data.received_at) latencies.push(now() - data.received_at);
  const isLate = (task.mode === 'latency' || events % 64 === 0)
    && performance.now() - begin >= task.seconds * 1000;
  if (events >= task.events || isLate) finish();
}

// The extension that adds the token, as GroupMe wants it.
function authorize(message) {
  if (message.channel === '/meta/subscribe') {
    message.ext = { access_token: 'token', timestamp: Math.round(Date.now() / 1000) };
  }
  return message;
}

function faye(account) {
  const library = require('faye');
  const session = new library.Client(task.url);
  if (isLongPolling) session.disable('websocket');
  session.addExtension({ outgoing: (message, callback) => callback(authorize(message)) });
  session.subscribe(`/user/${FIRST_USER + account}`, (data) => onEvent(account, data));
}

function cometd(account) {
  require('cometd-nodejs-client').adapt();
  const library = require('cometd');
  const session = new library.CometD();
  session.configure({ url: task.url, logLevel: 'error' });
  session.unregisterTransport(isLongPolling ? 'websocket' : 'long-polling');
  session.unregisterTransport('callback-polling');
  session.registerExtension('authorize', { outgoing: authorize });
  session.addListener('/meta/handshake', (reply) => {
    if (!reply.successful) return;
    session.subscribe(`/user/${FIRST_USER + account}`, (message) => onEvent(account, message.data));
  });
  session.handshake();
}

for (let account = 0; account < task.sessions; account += 1) ({ faye, cometd })[client](account);
