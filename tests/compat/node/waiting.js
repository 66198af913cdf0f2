// Waiting for a condition with a deadline, never for a time; and running the checks of a program.
'use strict';

const assert = require('node:assert');

const SECONDS = 10;

async function until(condition, what) {
  const deadline = Date.now() + SECONDS * 1000;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`not within ${SECONDS} s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// The promise's result, or an error if it does not come: a blocked call that nobody answers.
function answered(promise, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer: ${what}`)), SECONDS * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function collect(iterable) {
  const all = [];
  for await (const some of iterable) all.push(...(Array.isArray(some) ? some : [some]));
  return all;
}

const AWKWARD = [
  Buffer.alloc(0), Buffer.from('\r\n'), Buffer.from([0]), Buffer.from('*1\r\n$4\r\nPING\r\n'),
  Buffer.from('$-1\r\n'), Buffer.from([...Array(256).keys()]), Buffer.from([0xff, 0xfe, 0xc3]),
];

// 10 MB of bytes in which no stretch repeats itself at the distance of a buffer's size.
function largeValue() {
  const large = Buffer.alloc(10_000_000);
  for (let i = 0; i + 4 <= large.length; i += 4) large.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, i);
  return large;
}

// `checks` are async functions; each gets what `open` gave, and `close` ends it all.
function runChecks(title, checks, open, close) {
  const all = async () => {
    const context = await open();
    for (const check of checks) {
      try {
        await check(context);
      } catch (error) {
        error.message = `${check.name}: ${error.message}`;
        throw error;
      }
    }
    await close(context);
    console.log(`${title}: ${checks.length} groups of calls as they should be`);
  };
  all().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

module.exports = { AWKWARD, answered, assert, collect, largeValue, runChecks, until };
