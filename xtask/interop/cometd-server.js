'use strict';
// A CometD server, long-polling only: node cometd-server.js [--port N] [--timeout SECONDS] [--ack on]
// For its output and control see server.js.
const cometd = require('cometd-nodejs-server');
const { mode, option, refusal, print, serve } = require('./server');

const hold = Number(option('timeout', 5)) * 1000;
const bayeux = cometd.createCometDServer({ timeout: hold, maxInterval: hold, browserCookiePath: '/' });

if (option('ack')) {
  const { AcknowledgedMessagesExtension } = require('cometd-nodejs-server/ack-extension');
  bayeux.addExtension(new AcknowledgedMessagesExtension());
}
bayeux.policy = {
  canHandshake: (session, message, callback) => callback(undefined, !mode.refuseHandshake),
};
bayeux.addExtension({
  incoming(server, session, message, callback) {
    if (/^\/meta\//.test(message.channel)) {
      print({ received: message.channel, id: message.id, subscription: message.subscription });
    }
    // The error of CometD itself would be that the message was deleted.
    const refused = refusal(message);
    if (refused) Object.assign(message.reply, { subscription: message.subscription, refused });
    callback(undefined, !refused);
  },
  outgoing(server, sender, session, message, callback) {
    if (message.refused) {
      message.error = message.refused;
      delete message.refused;
    }
    // A connect without a session was not reported as received.
    if (session && message.channel === '/meta/connect') {
      print({ answered: message.channel, id: message.id });
    }
    callback(undefined, true);
  },
});

const sessions = new Map();
bayeux.addListener('sessionAdded', (session) => {
  sessions.set(session.id, session);
  print({ received: 'session', clientId: session.id });
});
bayeux.addListener('sessionRemoved', (session) => sessions.delete(session.id));

serve({
  attach: (server) => server.on('request', bayeux.handle),
  publish: (channel, data) => bayeux.createServerChannel(channel).publish(null, data),
  destroy() {
    for (const session of [...sessions.values()]) session.disconnect(() => {});
  },
});
