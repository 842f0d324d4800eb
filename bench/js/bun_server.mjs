// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on Bun's `Bun.listen`. Prints its port.
 *
 *     bun bench/js/bun_server.mjs echo|accept
 *
 * What a socket does not take at once waits until it has room, as a server must that loses nothing.
 */

const handlers = process.argv[2] === "accept"
  ? {
    open(socket) {
      socket.end();
    },
    data() {},
  }
  : {
    open(socket) {
      socket.data = null;
      socket.setNoDelay(true);
    },
    data(socket, data) {
      if (socket.data !== null) {
        socket.data = Buffer.concat([socket.data, data]);
        return;
      }
      const sent = socket.write(data);
      if (sent < data.length) socket.data = Buffer.from(data.subarray(Math.max(sent, 0)));
    },
    drain(socket) {
      if (socket.data === null) return;
      const sent = socket.write(socket.data);
      socket.data = sent < socket.data.length ? socket.data.subarray(Math.max(sent, 0)) : null;
    },
  };

const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: handlers });
console.log(server.port);
