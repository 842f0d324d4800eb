// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on Node's `net`. Prints its port.
 *
 *     node bench/js/node_server.mjs echo|accept
 */

import { createServer } from "node:net";

const serve = process.argv[2] === "accept"
  ? (socket) => socket.end()
  : (socket) => socket.on("data", (data) => socket.write(data));

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {}); // The client ends by leaving.
  serve(socket);
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  console.log(server.address().port);
});
