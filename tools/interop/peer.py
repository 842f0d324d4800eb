# Copyright 2026 the asyncio authors. MIT license.

"""The other end of tools/interop/python.ts: CPython's asyncio, as server or as client.

    python3 peer.py server|client plain|tls|unix|udp ADDRESS [CA CERT KEY]

A server prints its port, or "ready". A client sends SIZE bytes, expects them back, and prints "ok".
"""

import asyncio
import ssl
import sys

SIZE = 1_000_000
DATAGRAMS = 100
DATA = bytes(i % 251 for i in range(SIZE))


async def echo(reader, writer):
    while data := await reader.read(50_000):
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(reader, writer):
    async def send():
        writer.write(DATA)
        await writer.drain()

    sending = asyncio.create_task(send())
    assert await reader.readexactly(SIZE) == DATA
    await sending
    writer.close()
    await writer.wait_closed()
    print("ok", flush=True)


class EchoDatagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


class TalkDatagrams(asyncio.DatagramProtocol):
    def __init__(self):
        self.count = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.sendto(b"0")

    def datagram_received(self, data, addr):
        assert data == str(self.count).encode()
        self.count += 1
        if self.count == DATAGRAMS:
            self.done.set_result(None)
        else:
            self.transport.sendto(str(self.count).encode())


async def serve(kind, address, context):
    if kind == "udp":
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            EchoDatagrams, local_addr=("127.0.0.1", 0)
        )
        print(transport.get_extra_info("sockname")[1], flush=True)
        await loop.create_future()
    elif kind == "unix":
        server = await asyncio.start_unix_server(echo, address)
        print("ready", flush=True)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context)
        print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def connect(kind, address, context):
    if kind == "udp":
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_datagram_endpoint(
            TalkDatagrams, remote_addr=("127.0.0.1", int(address))
        )
        await asyncio.wait_for(protocol.done, 30)
        transport.close()
        print("ok", flush=True)
    elif kind == "unix":
        await talk(*await asyncio.open_unix_connection(address))
    else:
        name = {"server_hostname": "localhost"} if context else {}
        port = int(address)
        await talk(*await asyncio.open_connection("127.0.0.1", port, ssl=context, **name))


def main(role, kind, address, ca=None, cert=None, key=None):
    context = None
    if kind == "tls" and role == "server":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
    elif kind == "tls":
        context = ssl.create_default_context(cafile=ca)
    asyncio.run((serve if role == "server" else connect)(kind, address, context))


main(*sys.argv[1:])
