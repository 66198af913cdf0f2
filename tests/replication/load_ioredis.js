// Appends through ioredis's Sentinel client until its input ends: node load_ioredis.js NAME SENTINEL ...
// Prints every operation as a line of JSON, as tests/lib/history.py wants it.
'use strict';

const Redis = require('ioredis');

const [writer, ...addresses] = process.argv.slice(2);
const now = () => Number(process.hrtime.bigint()) / 1e9; // CLOCK_MONOTONIC, as Python's
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const refused = /^(READONLY|NOREPLICAS|LOADING|MASTERDOWN) /;

const client = new Redis({
  name: 'main',
  role: 'master',
  sentinels: addresses.map((address) => {
    const at = address.lastIndexOf(':');
    return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
  }),
  connectTimeout: 1000,
  sentinelCommandTimeout: 500,
  commandTimeout: 1500,
  sentinelRetryStrategy: () => 50,
  retryStrategy: () => 50,
  // What was sent and not answered must not be sent again: its outcome is unknown.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
});
client.on('error', () => {}); // each operation tells what became of it

let ended = false;
process.stdin.resume();
process.stdin.on('end', () => { ended = true; });

async function append(number) {
  const kind = ['xadd', 'rpush', 'set'][number % 3];
  const key = { xadd: 'stream:0', rpush: 'list:0', set: `register:${writer}` }[kind];
  const value = kind === 'set' ? String(number) : `${writer}:${number}`;
  const made = { writer, number, kind, key, value, begin: now() };
  try {
    if (kind === 'xadd') made.reply = await client.xadd(key, '*', 'value', value);
    else if (kind === 'rpush') made.reply = await client.rpush(key, value);
    else await client.set(key, value);
    made.outcome = 'ok';
  } catch (error) {
    made.outcome = refused.test(error.message) ? 'error' : 'unknown';
    made.said = error.message;
  }
  made.end = now();
  return made;
}

async function main() {
  for (let number = 1; !ended; number += 1) {
    const made = await append(number);
    process.stdout.write(`${JSON.stringify(made)}\n`);
    if (made.outcome !== 'ok') await pause(20);
  }
  client.disconnect();
}

main().then(() => process.exit(0));
