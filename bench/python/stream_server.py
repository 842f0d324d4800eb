# Copyright 2026 the asyncio authors. MIT license.
"""A server on streams: prints its port, then serves until it is killed.

    python3 stream_server.py asyncio|uvloop echo|accept|receive|send SIZE
"""
import asyncio
import sys

from harness import loop_factory

BACKLOG = 4096
TRANSFER = 100_000_000
MODE = sys.argv[2]
SIZE = int(sys.argv[3])
CHUNK = b"A" * SIZE


async def echo(reader, writer):
    try:
        while data := await reader.read(SIZE):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the client ends by leaving
    writer.close()


async def accept(reader, writer):
    writer.close()


async def receive(reader, writer):
    try:
        while True:
            await reader.readexactly(SIZE)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    writer.close()


async def send(reader, writer):
    left = TRANSFER
    while left > 0:
        writer.write(CHUNK)
        await writer.drain()
        left -= SIZE
    writer.close()


HANDLERS = {"echo": echo, "accept": accept, "receive": receive, "send": send}


async def main():
    server = await asyncio.start_server(HANDLERS[MODE], "127.0.0.1", 0, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


with asyncio.Runner(loop_factory=loop_factory()) as runner:
    runner.run(main())
