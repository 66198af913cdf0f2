// What each client of npm has to manage: producers, a group of workers with blocking reads, one of
// them a process that gets SIGKILL while its messages are pending; nothing may be lost.
//
// A client is a function connect(port) -> {createGroup, add, read, claim, ack, pending, check, close};
// read and claim give [[id, {field: value}], ...].
'use strict';

const assert = require('node:assert');
const { fork } = require('node:child_process');

const PRODUCERS = 2;
const PER_PRODUCER = 500;
const TOTAL = PRODUCERS * PER_PRODUCER;
const WORKERS = 3;
const TAKEN_BY_THE_DEAD = 50;
const DEADLINE_MS = 60000;

async function produce(connect, port, number) {
  const client = await connect(port);
  const adds = [];
  for (let i = 0; i < PER_PRODUCER; i++)
    adds.push(client.add({ job: `${number}:${i}`, text: 'some work' }));
  await Promise.all(adds);
  await client.close();
}

async function beDoomed(connect, port) {
  const client = await connect(port);
  let taken = 0;
  while (taken < TAKEN_BY_THE_DEAD)
    taken += (await client.read('doomed', TAKEN_BY_THE_DEAD - taken, 5000)).length;
  process.send({ taken });
  setInterval(() => {}, 1000); // lives until it is killed
}

function runDoomed(port, words) {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1], [...words, 'doomed', String(port)]);
    let told;
    child.on('message', (message) => {
      told = message;
      child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) =>
      signal === 'SIGKILL' && told ? resolve(told.taken) : reject(new Error(`doomed: ${code}`)));
  });
}

async function work(connect, port, name, done) {
  const client = await connect(port);
  const deadline = Date.now() + DEADLINE_MS;
  while (done.size < TOTAL && Date.now() < deadline) {
    const entries = await client.claim(name, 200, 20);
    entries.push(...await client.read(name, 10, 100));
    for (const [, fields] of entries) done.set(fields.job, name);
    if (entries.length > 0) await client.ack(entries.map(([id]) => id));
  }
  await client.close();
}

async function main(connect, port, words) {
  const client = await connect(port);
  await client.createGroup();
  const producers = [];
  for (let i = 0; i < PRODUCERS; i++) producers.push(produce(connect, port, i));
  assert.strictEqual(await runDoomed(port, words), TAKEN_BY_THE_DEAD);
  assert.strictEqual(await client.pending(), TAKEN_BY_THE_DEAD);
  const done = new Map();
  const workers = [];
  for (let i = 0; i < WORKERS; i++) workers.push(work(connect, port, `w${i}`, done));
  await Promise.all([...producers, ...workers]);
  for (let p = 0; p < PRODUCERS; p++)
    for (let i = 0; i < PER_PRODUCER; i++) assert(done.has(`${p}:${i}`), `job ${p}:${i} is lost`);
  assert.strictEqual(await client.pending(), 0);
  await client.check(TOTAL);
  await client.close();
  return done.size;
}

// Arguments of the program: [word ...] ["doomed"] PORT. The words go to connect as well.
function run(title, connectWith) {
  const words = process.argv.slice(2, -1).filter((word) => word !== 'doomed');
  const port = Number(process.argv.at(-1));
  const connect = (to) => connectWith(to, words);
  const all = process.argv.includes('doomed')
    ? beDoomed(connect, port)
    : main(connect, port, words).then((count) =>
      console.log(`${title} ${words.join(' ')}: ${count} jobs done, none lost`));
  all.catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

module.exports = { run };
