// npm run bench:report: docs/benchmarks.md from the figures that the benches left in bench/results/.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import prettier from 'prettier';

const BENCHES = ['throughput', 'start', 'stop', 'resume', 'scale', 'audit'];
const OUT = 'docs/benchmarks.md';

const file = (bench) => `bench/results/${bench}.json`;
const missing = BENCHES.filter((bench) => !existsSync(file(bench)));
if (missing.length > 0) {
  // A page that lacks parts must not replace a whole one.
  console.log(`${OUT} was not written: there are no figures of ${missing.join(', ')} yet.`);
  process.exit(0);
}
const sections = BENCHES.map((bench) => JSON.parse(readFileSync(file(bench), 'utf8')));

/** Cells as a Markdown table; a bar would end a cell. */
function table({ caption, columns, rows }) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`${caption}:`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function machine({ cpu, cores, memoryGb, os, node, temporal }) {
  return `${cpu}, ${cores} cores, ${memoryGb} GB; ${os}; Node ${node}; ${temporal}`;
}

function section(results) {
  const { title, method, command, at, note, machine: facts, tables } = results;
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC, load ${facts.load.join(', ')} before it began`;
  return [
    `## ${title}`,
    '',
    `\`${command}\`, ended ${when}.${note === null ? '' : ` **${note}**`}`,
    '',
    method,
    '',
    ...tables.map(table),
  ].join('\n');
}

const machines = [...new Set(sections.map((results) => machine(results.machine)))];
const text = [
  '# Benchmarks',
  '',
  'What batch-manager costs and how fast it is. `npm run bench` measures all of it and writes this page; the command above each ' +
    'part measures that part alone and writes the page anew with it. Everything runs on loopback against a ' +
    'model that answers after a set time. Figures differ from machine to machine and from minute to minute: read the ratios, ' +
    'which are taken within a round, before the times.',
  '',
  '| variable | what it sets |',
  '| --- | --- |',
  '| `BENCH_ROUNDS` | rounds of stop and warm start, and kills (default 20); throughput takes a quarter of it, cold start a half |',
  '| `BENCH_SIZE` | share of the usual modules of a throughput run, for a quick look (default 1) |',
  '| `BENCH_SCALE` | numbers of modules of the scale runs (default `100,1000`) |',
  '| `BENCH_NOTE` | a word on the machine that is printed with the figures |',
  '',
  `Measured on: ${machines.join('; and on ')}.`,
  '',
  ...sections.map(section),
].join('\n');

writeFileSync(OUT, await prettier.format(text, { ...(await prettier.resolveConfig(OUT)), filepath: OUT }));
console.log(`${OUT} is written.`);
