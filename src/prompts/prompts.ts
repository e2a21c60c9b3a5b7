import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderAudit } from '../domain/audit-block.ts';
import type { AuditReport } from '../domain/audit.ts';
import { failedError } from '../domain/errors.ts';
import { fence, renderFile, renderFiles } from '../domain/files-block.ts';
import { readPeoplesText, UnusableFile } from '../files/people-file.ts';
import { moduleKey, type ModuleRef, type ModuleText } from '../domain/module.ts';
import { removedText } from '../domain/removed-text.ts';
import { RESEARCH_PARTS } from '../domain/reply.ts';
import { DIMENSIONS } from '../domain/review.ts';
import { checkTemplate, fillTemplate, PROMPT_NAMES, type PromptName } from './template.ts';

/** A prompt file that counts in a workspace. */
export interface PromptFile {
  readonly name: PromptName;
  readonly path: string;
  /** True where it is the workspace's own, in the place of the shipped one. */
  readonly overridden: boolean;
}

/**
 * Builds prompts from the prompt files. The same input gives the same prompt, byte for byte: no date, no task, no round, so
 * that a reply that was paid for once is found again.
 */
export interface Prompts {
  /** `base`: the version that a fix was made from, where the text is a fix that is looked at. */
  review(input: {
    readonly text: ModuleText;
    readonly audit: AuditReport;
    readonly base?: ModuleText | undefined;
  }): string;
  /** `tries`: why earlier fixes of these very files failed; nothing else of the past. */
  fix(input: {
    readonly text: ModuleText;
    readonly audit: AuditReport;
    readonly review: { readonly text: string };
    readonly tries: readonly string[];
  }): string;
  /** The second try of a reply that could not be read. */
  again(input: { readonly prompt: string; readonly reply: string; readonly reason: string }): string;
  /** `plan` is the plan's YAML, `prior` the keys of the modules before. */
  research(input: {
    readonly ref: ModuleRef;
    readonly plan: string;
    readonly prior: readonly string[];
    readonly tries?: readonly string[];
  }): string;
  inForce(): readonly PromptFile[];
}

/** Where a workspace keeps its own prompt files. */
const OVERRIDES = join('batch-manager', 'prompts');

/**
 * Reads the prompt files of a workspace: its own where it has them, else the shipped ones, which stand beside this module.
 * @throws UserError where a file cannot be read, names an unknown variable or lacks a needed one.
 */
export function createPrompts({ workspaceRoot }: { readonly workspaceRoot: string }): Prompts {
  const inForce = PROMPT_NAMES.map((name) => findPrompt(workspaceRoot, name));
  const templates = Object.fromEntries(inForce.map((file) => [file.name, readTemplate(file)])) as Record<
    PromptName,
    string
  >;
  const rubric = fillTemplate<'rubric'>(templates.rubric, { dimensions: dimensionTable() }).trim();
  return {
    review: ({ text, audit, base }) =>
      fillTemplate<'review'>(templates.review, {
        module: moduleKey(text.ref),
        rubric,
        audit: renderAudit(audit),
        files: renderFiles(text),
        removed: base === undefined ? '' : renderRemoved(base, text),
      }),
    fix: ({ text, audit, review, tries }) =>
      fillTemplate<'fix'>(templates.fix, {
        module: moduleKey(text.ref),
        audit: renderAudit(audit),
        review: fence('REVIEW', review.text.trim()),
        tries: renderTries(tries),
        files: renderFiles(text),
      }),
    again: ({ prompt, reply, reason }) =>
      fillTemplate<'again'>(templates.again, {
        prompt,
        reply: fence('REPLY', shortened(reply)),
        reason: oneLine(reason),
      }),
    research: ({ ref, plan, prior, tries = [] }) =>
      fillTemplate<'research'>(templates.research, {
        module: moduleKey(ref),
        plan: renderFile(ref, 'plan', plan),
        prior: prior.length === 0 ? 'None.' : prior.map((key) => `- ${oneLine(key)}`).join('\n'),
        tries: renderTries(tries),
        headings: RESEARCH_PARTS.map((part) => `- \`## ${part}\``).join('\n'),
      }),
    inForce: () => inForce,
  };
}

function findPrompt(workspaceRoot: string, name: PromptName): PromptFile {
  const own = join(workspaceRoot, OVERRIDES, `${name}.md`);
  if (existsSync(own)) return { name, path: own, overridden: true };
  return { name, path: fileURLToPath(new URL(`./${name}.md`, import.meta.url)), overridden: false };
}

/** Whether a workspace has a prompt of its own in the place of a shipped one; reads none of them. */
export const isOverridden = (workspaceRoot: string, name: PromptName): boolean =>
  findPrompt(workspaceRoot, name).overridden;

function readTemplate({ name, path }: PromptFile): string {
  let text: string;
  try {
    const found = readPeoplesText(path);
    if (found === null) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
    text = found;
  } catch (error) {
    if (error instanceof UnusableFile) throw failedError(`The prompt ${error.message}`, error);
    const code = String((error as NodeJS.ErrnoException).code);
    throw failedError(`The prompt ${path} cannot be read (${code}). Check it: ls -ld "${path}"`, error);
  }
  checkTemplate(name, path, text);
  return text;
}

function dimensionTable(): string {
  const rows = DIMENSIONS.map(({ name, weight, limit }, index) => `| ${index + 1} | ${name} | ${weight} | ${limit} |`);
  return ['| # | Dimension | Weight | Limit |', '|---|---|---|---|', ...rows].join('\n');
}

/** Number of tries and their reasons, one a line; a model that is told why a fix failed does not send it again. */
function renderTries(tries: readonly string[]): string {
  if (tries.length === 0) return fence('TRIES', 'None so far on these files.');
  const head =
    tries.length === 1 ? '1 try on these very files failed:' : `${tries.length} tries on these very files failed:`;
  return fence('TRIES', [head, ...tries.map((reason, index) => `${index + 1}. ${oneLine(reason)}`)].join('\n'));
}

/** The part of a review that tells what the fix took out; nothing where it took out nothing to speak of. */
function renderRemoved(base: ModuleText, text: ModuleText): string {
  const removed = removedText(base, text);
  if (removed === null) return '';
  const ask =
    'The module was just fixed. Say whether anything was lost that a learner needs, and count that in the scores.';
  return `\n\n## What the fix took out\n\n${ask}\n\n${removed}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Characters kept of each end of a reply that could not be read. */
const KEPT = 1500;

function shortened(reply: string): string {
  return reply.length <= 2 * KEPT ? reply : `${reply.slice(0, KEPT)}\n[…]\n${reply.slice(-KEPT)}`;
}
