// Copyright 2026 the asyncio authors. MIT license.

/**
 * Values as Python prints them, for traces that must agree to the letter.
 *
 * @module
 */

import { ExceptionGroup } from "@asyncio/asyncio";

/** Significant digits of Python's `:g`. */
const PRECISION = 6;

/** `f"{x:g}"`: six significant digits, no trailing zeros, an exponent where Python has one. */
export function formatGeneral(x: number): string {
  const [digits, exponent] = roundedDigits(x);
  if (exponent < -4 || exponent >= PRECISION) {
    const sign = exponent < 0 ? "-" : "+";
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${stripZeros(digits)}e${sign}${power}`;
  }
  // `digits` is a number of six digits already: fixed notation adds no rounding of its own.
  return stripZeros(Number(`${digits}e${exponent}`).toFixed(PRECISION - 1 - exponent));
}

/** `str(x)` of the values that programs pass around. */
export function str(x: unknown): string {
  if (x === undefined || x === null) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  return String(x);
}

/** The name of an error as traces show it; of a group, the names of its members too. */
export function describe(error: unknown): string {
  if (error instanceof ExceptionGroup) {
    return `ExceptionGroup[${error.exceptions.map(describe).join(",")}]`;
  }
  // No program raises a TypeError: it would be a fault of the interpreter, to be seen in full.
  if (error instanceof TypeError) return `TypeError: ${error.message}`;
  return error instanceof Error ? error.name : String(error);
}

/** The mantissa of six digits and the exponent of `x`; a tie goes to the even digit. */
function roundedDigits(x: number): [digits: string, exponent: number] {
  const [up, upExponent] = split(x.toExponential(PRECISION - 1));
  // JavaScript rounds a tie away from zero, Python to even. A hundred digits show every tie exactly.
  const [exact, exponent] = split(x.toExponential(100));
  const cut = exact.indexOf(".") + PRECISION;
  const isTie = /^50*$/.test(exact.slice(cut));
  const lastIsEven = Number(exact[cut - 1]) % 2 === 0;
  return isTie && lastIsEven ? [exact.slice(0, cut), exponent] : [up, upExponent];
}

function split(exponential: string): [digits: string, exponent: number] {
  const e = exponential.indexOf("e");
  return [exponential.slice(0, e), Number(exponential.slice(e + 1))];
}

function stripZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
