// Copyright 2026 the asyncio authors. MIT license.

/** Tells whether loops are in debug mode, by themselves and where they are told. */

import { getRunningLoop, newEventLoop, run } from "@asyncio/asyncio";

const debug = async () => await getRunningLoop().getDebug();
const loops = [newEventLoop(), newEventLoop({ debug: false }), newEventLoop({ debug: true })];
const answers = [
  await run(debug),
  await run(debug, { debug: false }),
  await run(debug, { debug: true }),
];
for (const loop of loops) {
  answers.push(loop.getDebug());
  loop.close();
}
console.log(answers.join(" "));
