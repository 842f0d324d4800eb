# Copyright 2026 the asyncio authors. MIT license.
"""A server on streams: prints its port, then serves until it is killed.

    python3 stream_server.py asyncio|uvloop echo|accept|receive|send|lines|busy|receiveTls|sendTls SIZE
"""
import asyncio
import os
import ssl
import sys
import time

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


async def lines(reader, writer):
    while await reader.readline():
        pass
    writer.close()


BUSY_TASKS = 100
BUSY_STEP = 20e-6


async def work():
    while True:
        end = time.perf_counter() + BUSY_STEP
        while time.perf_counter() < end:
            pass
        await asyncio.sleep(0)


def certificate():
    if not MODE.endswith("Tls"):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = os.environ["BENCH_TLS"]
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context


HANDLERS = {
    "echo": echo,
    "accept": accept,
    "receive": receive,
    "send": send,
    "lines": lines,
    "busy": echo,
    "receiveTls": receive,
    "sendTls": send,
}


async def main():
    server = await asyncio.start_server(
        HANDLERS[MODE], "127.0.0.1", 0, backlog=BACKLOG, ssl=certificate()
    )
    tasks = [asyncio.create_task(work()) for _ in range(BUSY_TASKS if MODE == "busy" else 0)]
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


with asyncio.Runner(loop_factory=loop_factory()) as runner:
    runner.run(main())
