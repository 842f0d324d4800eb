// Copyright 2026 the asyncio authors. MIT license.

/**
 * What executors of other folders need of these: how functions, values and errors travel. Nothing of it
 * is for users.
 *
 * @module
 */

export { type EncodedError, encodeError } from "./_encode_error.ts";
export { outcomeOf } from "../tasks/_concurrent_state.ts";
export { decodeError } from "./_errors.ts";
export { Line } from "./_line.ts";
export { type Packing, packing, v8 } from "./_packing.ts";
export { type ModuleFunctionPlace, placeOf } from "./module_function.ts";
export { type Source, sourceOf } from "./_source.ts";
