# Copyright 2026 the asyncio authors. MIT license.
"""Echo server on streams: prints its port, then serves until it is killed."""
import asyncio

from harness import loop_factory

BACKLOG = 4096


async def echo(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the client ends by leaving
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


with asyncio.Runner(loop_factory=loop_factory()) as runner:
    runner.run(main())
