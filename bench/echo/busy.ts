// Copyright 2026 the asyncio authors. MIT license.

/** How many tasks a server is busy with beside its connections. */
export const BUSY_TASKS = 100;

/** How long each of them works at a time, in milliseconds. */
export const BUSY_STEP = 0.02;
