// Copyright 2026 the asyncio authors. MIT license.

import { DefaultSelector, EVENT_READ, EVENT_WRITE, Socket } from "@asyncio/asyncio/selectors";

type Handler = (socket: Socket) => void;

const selector = new DefaultSelector<Handler>();
const text = new TextDecoder();

function acceptOrder(server: Socket) {
  const [client] = server.accept();
  console.log("Server: a connection");
  selector.register(client, EVENT_READ, readOrder);
}

function readOrder(client: Socket) {
  const data = client.recv(1024);
  console.log(`Server: order received: ${text.decode(data)}`);
  selector.modify(client, EVENT_WRITE, sendPizza);
}

function sendPizza(client: Socket) {
  client.send("Here's your pizza!");
  selector.unregister(client);
  client.close();
}

function sendOrder(customer: Socket) {
  customer.send("margherita");
  selector.modify(customer, EVENT_READ, receivePizza);
}

function receivePizza(customer: Socket) {
  console.log(`Customer: ${text.decode(customer.recv(1024))}`);
  selector.unregister(customer);
  customer.close();
}

const server = new Socket();
server.bind(["127.0.0.1", 0]);
server.listen();
selector.register(server, EVENT_READ, acceptOrder);

for (let i = 0; i < 2; i++) {
  const customer = new Socket();
  customer.connectEx(server.getsockname());
  selector.register(customer, EVENT_WRITE, sendOrder);
}

// The event loop: one wait for all of them.
while (selector.getMap()!.size > 1) {
  const events = await selector.select();
  for (const [key] of events) {
    const handler = key.data;
    handler(key.fileobj as Socket);
  }
}
selector.close();
server.close();
