// Copyright 2026 the asyncio authors. MIT license.

import {
  EpollSelector,
  type NativeSelector,
  PollSelector,
  SelectSelector,
} from "@asyncio/asyncio/selectors";
import { testConformance } from "../_conformance.ts";
import { NativePair, Selectors } from "./_native.ts";
import { testNativeConformance } from "./_native_conformance.ts";
import { LINUX } from "./_open.ts";
import { guests } from "./_shim.ts";

const natives: (new () => NativeSelector)[] = LINUX
  ? [SelectSelector, PollSelector, EpollSelector]
  : [];

for (const Selector of [...natives, ...guests()]) {
  const selectors = new Selectors(() => new Selector());
  testConformance({
    name: Selector.name,
    create: () => selectors.create(),
    socketPair: () => Promise.resolve(new NativePair()),
    settle: () => selectors.settle(),
  });
  testNativeConformance(Selector);
}
