// Listens to accounts with npm `faye`, used as its users do: a client for each account, the token
// added to what goes out by an extension. Prints a line for each message.

'use strict';

const faye = require('faye');

const accounts = JSON.parse(process.env.SOAK_ACCOUNTS);

accounts.forEach(({ user, token }, account) => {
  const client = new faye.Client(`${process.env.SOAK_ROOT}/faye`);
  client.addExtension({
    outgoing(message, callback) {
      message.ext = Object.assign({}, message.ext, { access_token: token });
      callback(message);
    },
  });
  client.subscribe(`/user/${user}`, (data) => {
    if (data.subject && (data.type === 'line.create' || data.type === 'direct_message.create')) {
      process.stdout.write(`${account}\t${data.subject.text}\n`);
    }
  });
});
