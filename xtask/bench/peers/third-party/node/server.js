'use strict';
// A Faye server for `cargo xtask bench server`. It prints its port and its process.
const http = require('http');
const faye = require('faye');

const server = http.createServer();
new faye.NodeAdapter({ mount: '/faye', timeout: 60 }).attach(server);
server.listen(0, '127.0.0.1', 10000, () => console.log(server.address().port, process.pid));
