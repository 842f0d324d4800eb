// Copyright 2026 the asyncio authors. MIT license.

import { newEventLoop } from "@asyncio/asyncio";

const loop = newEventLoop();
const evening = loop.time() + 1;

function knock(times: number) {
  console.log("Knock-knock");
  loop.callSoon(who, times);
}

function who(times: number) {
  console.log("Who's there?");
  if (times > 1) loop.callSoon(knock, times - 1);
  else loop.callAt(evening, goHome);
}

function goHome() {
  console.log("Nobody.");
  loop.stop();
}

loop.callSoon(knock, 2);
loop.callSoon(knock, 1);
await loop.runForever();
loop.close();
