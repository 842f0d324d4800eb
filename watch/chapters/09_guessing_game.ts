// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  createTask,
  openConnection,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";

const text = new TextDecoder();

function* receive(reader: StreamReader): Coroutine<string> {
  const line = yield* reader.readline();
  return text.decode(line).trimEnd();
}

// One end guesses.
function* serve(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  let [lower, upper] = [1, 7];
  for (;;) {
    const command = yield* receive(reader);
    if (command === "") break;
    const guess = Math.floor((lower + upper) / 2);
    if (command === "NUMBER") {
      writer.write(`${guess}\n`);
      yield* writer.drain();
    } else {
      console.log(`Server: ${guess} is ${command}`);
      if (command === "too low") lower = guess + 1;
      if (command === "too high") upper = guess - 1;
    }
  }
  writer.close();
}

// The other end knows the secret.
function* play(port: number, secret: number): Coroutine<void> {
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  for (let verdict = ""; verdict !== "correct";) {
    writer.write("NUMBER\n");
    const guess = Number(yield* receive(reader));
    if (guess === secret) verdict = "correct";
    else verdict = guess < secret ? "too low" : "too high";
    console.log(`Client: ${guess} is ${verdict}`);
    writer.write(`${verdict}\n`);
    yield* writer.drain();
  }
  writer.close();
  yield* writer.waitClosed();
}

function* main() {
  const server = yield* startServer(serve, "127.0.0.1", 0);
  const [, port] = server.sockets[0].getsockname();
  yield* createTask(play(port, 5), { name: "client" });
  server.close();
  yield* server.waitClosed();
}

await run(main);
