// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, EVENT_READ and EVENT_WRITE

/**
 * The event "available for read": data, end of stream, an error, or a connection to accept.
 *
 * @see {@link https://docs.python.org/3/library/selectors.html}
 */
export const EVENT_READ = 1;

/**
 * The event "available for write": a connected socket that takes bytes, or a `connect` that ended.
 *
 * @see {@link https://docs.python.org/3/library/selectors.html}
 */
export const EVENT_WRITE = 2;

/** Every event there is, as a mask. */
export const ALL_EVENTS: number = EVENT_READ | EVENT_WRITE;
