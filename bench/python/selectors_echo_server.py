# Copyright 2026 the asyncio authors. MIT license.
"""Echo server below streams: prints its port, then serves until it is killed.

    python3 selectors_echo_server.py selectors|asyncio|uvloop [echo|buffered|accept]

By hand on CPython's own EpollSelector, or on a protocol of asyncio or uvloop.
"""
import asyncio
import selectors
import socket
import sys

from harness import loop_factory

BACKLOG = 4096


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class BufferedEcho(asyncio.BufferedProtocol):
    """Receives into a buffer that all share: what is sent is sent before the next is received."""

    view = memoryview(bytearray(65536))

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, sizehint):
        return self.view

    def buffer_updated(self, size):
        self.transport.write(self.view[:size])


class Close(asyncio.Protocol):
    def connection_made(self, transport):
        transport.close()


async def main():
    loop = asyncio.get_running_loop()
    protocols = {"accept": Close, "buffered": BufferedEcho}
    protocol = protocols.get(sys.argv[2] if len(sys.argv) > 2 else "echo", Echo)
    server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def serve_by_hand():
    selector = selectors.EpollSelector()
    buffer = bytearray(65536)
    view = memoryview(buffer)

    def accept(server):
        try:
            while True:
                conn, _ = server.accept()
                conn.setblocking(False)
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(conn, selectors.EVENT_READ, echo)
        except BlockingIOError:
            pass

    def echo(conn):
        try:
            count = conn.recv_into(buffer)
        except ConnectionError:
            count = 0
        if count == 0 or conn.send(view[:count]) != count:
            selector.unregister(conn)
            conn.close()

    server = socket.socket()
    server.setblocking(False)
    server.bind(("127.0.0.1", 0))
    server.listen(BACKLOG)
    selector.register(server, selectors.EVENT_READ, accept)
    print(server.getsockname()[1], flush=True)
    while True:
        for key, _ in selector.select():
            key.data(key.fileobj)


if sys.argv[1] == "selectors":
    serve_by_hand()
else:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())
