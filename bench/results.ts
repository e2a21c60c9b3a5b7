/** The figures of a bench as JSON under bench/results/; tools/bench-report.mjs makes docs/benchmarks.md of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/version.ts';
import { machineFacts } from './machine.ts';

/** A table of the report, its cells ready to print. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  /** `throughput`, for bench/throughput.bench.ts. */
  readonly bench: string;
  readonly title: string;
  /** How it was measured, in sentences. */
  readonly method: string;
  /** Variables that it reads, beside BENCH_NOTE. */
  readonly variables: readonly string[];
  readonly tables: readonly Table[];
  /** The measured values themselves, for who wants to reckon anew. */
  readonly raw: unknown;
}

/** Before any bench loads the machine. */
const machine = machineFacts();

/** Prints a section's tables and keeps the section. */
export function report(section: Section): void {
  const env = section.variables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const command = [...env, `npm run bench ${section.bench}`].join(' ');
  const kept = { ...section, command, at: new Date().toISOString(), note: process.env.BENCH_NOTE || null, machine };
  const folder = join(PACKAGE_ROOT, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${section.bench}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  for (const table of section.tables) console.log(`\n${table.caption}\n${plain(table)}`);
}

function plain({ columns, rows }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`).join('\n');
}
