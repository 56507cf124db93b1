'use strict';
// A Faye server, of the version that PACKAGE has: node faye-server.js --faye PACKAGE [--port N] [--timeout SECONDS]
// For its output and control see server.js.
const { mode, option, refusal, print, serve } = require('./server');
const faye = require(option('faye', 'faye'));

// Faye before 1.0 sends the publisher's clientId with each event.
const publisher = /0\.[78]$/.test(option('faye', '')) ? { clientId: 'x'.repeat(28) } : {};
const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: Number(option('timeout', 5)) });
const sessions = new Set();
let published = 0;

bayeux.addExtension({
  incoming(message, callback) {
    if (/^\/meta\//.test(message.channel)) {
      print({ received: message.channel, id: message.id, subscription: message.subscription });
    }
    if (message.channel === '/meta/handshake' && mode.refuseHandshake) {
      message.error = 'Handshake refused';
    }
    const refused = refusal(message);
    if (refused) message.error = refused;
    callback(message);
  },
  outgoing(message, callback) {
    if (message.channel === '/meta/handshake' && message.successful) {
      sessions.add(message.clientId);
      print({ received: 'session', clientId: message.clientId });
    }
    if (message.channel === '/meta/connect') print({ answered: message.channel, id: message.id });
    callback(message);
  },
});

// Publishes through the engine, because a publishing client would be one more session for the faults.
const engine = bayeux._server._engine;

serve({
  attach: (server) => bayeux.attach(server),
  publish(channel, data) {
    engine.publish({ ...publisher, channel, data, id: (++published).toString(36) });
  },
  destroy() {
    for (const clientId of sessions) engine.destroyClient(clientId, () => {});
    sessions.clear();
  },
});
