import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { relative } from 'node:path';
import { auditTrack, type AuditedModule } from '../audit/track/audit-track.ts';
import { auditOptions, checkGate } from '../config/audit-options.ts';
import type { Context } from '../context.ts';
import { notFoundError } from '../domain/errors.ts';
import { checkSelection, noModulesText, parseRange, selectedNumbers, type Selection } from '../domain/selection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { moduleRefs, trackModules } from '../store/manifest.ts';
import { auditCounts, auditJson, auditText, onlyGate } from '../views/audit.ts';
import { printJson } from '../views/json.ts';
import { manifestOf, settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';

interface AuditFlags {
  readonly gate?: string | undefined;
  /** False for --no-write. */
  readonly write: boolean;
  readonly json?: boolean | undefined;
}

/** `audit`: judges modules by every gate, without engine or model. */
export function newAuditCommand(wiring: Wiring, run = runAudit): CommandUnknownOpts {
  const command = newCommand('audit', [
    ['All modules of track b1; writes their status files and reports', 'audit b1'],
    ['One module with all that was found', 'audit b1 8'],
    [
      'What a gate says of modules 1 to 20, for a script, and nothing written',
      'audit b1 1 20 --gate words --no-write --json',
    ],
  ])
    .argument('<track>', 'track of the manifest, such as b1')
    .argument('[start]', 'number of the first module (default: all modules)')
    .argument('[end]', 'number of the last module (default: START)')
    .option('--gate <name>', 'show and count this gate alone')
    .option('--no-write', 'write neither status/<module>.json nor audit/<module>-review.md')
    .option('--json', 'print the results as JSON');
  command.action(async (track, start, end, flags) => {
    wiring.done(await run(wiring.context(), { track, start, end, ...flags }));
  });
  return command;
}

async function runAudit(
  context: Context,
  options: AuditFlags & {
    readonly track: string;
    readonly start: string | undefined;
    readonly end: string | undefined;
  },
): Promise<ExitCode> {
  const { track, gate, write, json } = options;
  if (gate !== undefined) checkGate(gate, 'the audit');
  const manifest = manifestOf(context);
  const refs = moduleRefs(manifest, track, selectedNumbers(selectionOf(context, options)));
  const all = await auditTrack({
    workspace: context.workspace,
    folder: manifest.folder,
    track,
    modules: refs,
    options: auditOptions(settingsOf(context)),
    write,
  });
  const modules = onlyGate(all, gate);
  const counts = auditCounts(modules);
  context.io.err(replacedText(context, all));
  if (json === true) printJson(context.io, auditJson(track, modules));
  else {
    context.io.out(auditText(modules, gate, context.io.columns));
    if (modules.length > 1) context.io.err(`${countsText(counts)}\n`);
    if (refs.length === 0) context.io.err(`${noModulesText(track)}\n`);
    if (counts.failed > 0) context.io.err(nextText(options, refs.length));
  }
  return counts.failed > 0 ? EXIT.failed : EXIT.ok;
}

function selectionOf(
  context: Context,
  {
    track,
    start,
    end,
  }: { readonly track: string; readonly start: string | undefined; readonly end: string | undefined },
): Selection {
  const size = trackModules(manifestOf(context), track).length;
  if (start === undefined) return size === 0 ? [] : [[1, size]];
  const selection = parseRange(start, end ?? start);
  if (end === undefined && Number(start) > size)
    throw notFoundError(`Track ${track} has no module ${start}: it has ${size} (1-${size}).`);
  checkSelection(selection, track, size);
  return selection;
}

/** What was in the way of status files and reports, and not written by an audit of this workspace. */
function replacedText({ workspace }: Context, modules: readonly AuditedModule[]): string {
  const files = modules.flatMap((module) => (module.state === 'missing' ? [] : module.replaced));
  const [first] = files;
  if (first === undefined) return '';
  const what = files.length === 1 ? '1 file' : `${files.length} files`;
  return `Replaced ${what} in status/ and audit/ that this program had not written; kept: ${relative(workspace.root, first)}${files.length > 1 ? ', …' : ''}\n`;
}

function countsText({ passed, failed, missing, kept }: ReturnType<typeof auditCounts>): string {
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(missing > 0 ? [`${missing} without a lesson`] : []),
    ...(kept > 0 ? [`${kept} unchanged since the last audit`] : []),
  ];
  return parts.join(', ');
}

function nextText(
  { track, start, end }: { track: string; start: string | undefined; end: string | undefined },
  modules: number,
): string {
  const range = start === undefined ? `1 ${modules}` : `${start} ${end ?? start}`;
  const look = modules > 1 ? `Look at one: batch-manager audit ${track} NUMBER\n` : '';
  return `${look}Fix them:    batch-manager fix-review ${track} ${range}\n`;
}
