// Copyright 2026 the asyncio authors. MIT license.

import { DenoSelector } from "@asyncio/asyncio/selectors";
import { testConformance } from "./_conformance.ts";
import { socketPair } from "./_sockets.ts";

testConformance({ name: "DenoSelector", create: () => new DenoSelector(), socketPair });
