// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/testing/bdd` where JSR cannot be reached, over `node:test`.
 *
 * @module
 */

export {
  after as afterAll,
  afterEach,
  before as beforeAll,
  beforeEach,
  describe,
  it,
} from "node:test";
