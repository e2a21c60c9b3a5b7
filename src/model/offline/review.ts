import type { PromptGate } from '../../domain/audit-block.ts';
import { quoteLine } from './check.ts';
import { CHECKS } from './checks/list.ts';
import { isSummary, lessonHeadings, lessonLines } from './lesson/lines.ts';
import type { OfflineRequest } from './request.ts';
import { scoreModule, type Found, type Scores } from './score.ts';

/** The score from which a review says PASS; the pass rule of the task may ask for more. */
const PASSES_FROM = 9;

/** Finds of one check that a review shows. */
const SHOWN = 3;

/** The offline model's review, in the form of a real one's. */
export function offlineReview(request: OfflineRequest): string {
  const found = findProblems(request);
  const scores = scoreModule(found, request.gates);
  const passes =
    request.auditPassed && scores.overall >= PASSES_FROM && scores.rows.every((row) => row.score >= row.limit);
  const status = passes ? 'PASS' : 'FAIL';
  return [
    '===REVIEW_START===',
    `# Review: ${titleOf(request)}`,
    '',
    'Reviewed by the offline rule-based model (rules-1): it measures, it does not read.',
    '',
    `**Module:** ${request.view.track}/${request.view.slug}`,
    `**Overall Score:** ${scores.overall.toFixed(2)}/10`,
    `**Status:** ${status}`,
    '',
    ...summary(request, found),
    ...scoresTable(scores),
    ...criticalIssues(found, request.gates),
    ...slips(found),
    ...fixPlan(found, request.gates),
    '## Verdict',
    '',
    `**${status}**`,
    '',
    verdict(passes, request, scores),
    '===REVIEW_END===',
    '',
  ].join('\n');
}

/** All that the checks find in a module, in the order of the checks. */
function findProblems({ view }: OfflineRequest): readonly Found[] {
  return CHECKS.map((check) => ({ check, problems: check.run(view).problems })).filter(
    ({ problems }) => problems.length > 0,
  );
}

function titleOf({ view }: OfflineRequest): string {
  const headings = lessonHeadings(lessonLines(view.files.lesson ?? ''));
  const title = headings.find((heading) => heading.level === 1 && !isSummary(heading));
  return title === undefined ? view.slug : quoteLine(title.text);
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function summary({ gates, view }: OfflineRequest, found: readonly Found[]): readonly string[] {
  const failing = gates.filter((gate) => gate.status === 'fail').map((gate) => gate.gate);
  const problems = found.reduce((sum, { problems }) => sum + problems.length, 0);
  const files = Object.keys(view.files).join(', ');
  return [
    '## Summary',
    '',
    `${plural(CHECKS.length, 'check')} ran over ${files}: ${plural(found.length, 'check')} found ${plural(problems, 'problem')}. ` +
      `Of ${plural(gates.length, 'gate')} of the audit ${failing.length === 0 ? 'none fails' : `these fail: ${failing.join(', ')}`}. ` +
      'Each dimension starts at 9.6 and keeps a share of it for every check and gate that found something; what a lesson says, ' +
      'and whether it is right, no rule can tell.',
    '',
  ];
}

function scoresTable({ rows, overall }: Scores): readonly string[] {
  return [
    '## Scores',
    '',
    '| # | Dimension | Score | Auto-fail | Evidence |',
    '|---|-----------|-------|-----------|----------|',
    ...rows.map(({ name, score, limit, causes }, index) => {
      const evidence = causes.length === 0 ? 'nothing was found against it' : causes.join('; ').replaceAll('|', '/');
      return `| ${index + 1} | ${name} | ${score.toFixed(2)}/10 | <${limit} | ${evidence} |`;
    }),
    '',
    `**Weighted Overall:** ${overall.toFixed(2)}/10`,
    '',
  ];
}

function criticalIssues(found: readonly Found[], gates: readonly PromptGate[]): readonly string[] {
  const failing = gates.filter((gate) => gate.status === 'fail');
  const issues = [
    ...failing.map((gate) => ({
      title: `The audit's gate ${gate.gate} fails: ${quoteLine(gate.message)}`,
      lines: [`- **Problem**: ${plural(gate.findings, 'finding')} of the audit`, '- **Fix**: see the findings'],
    })),
    ...found.filter(({ check }) => check.severity !== 'slip').map(issueOf),
  ];
  const texts = issues.flatMap(({ title, lines }, index) => [`### Issue ${index + 1}: ${title}`, ...lines, '']);
  return ['## Critical Issues', '', ...(texts.length === 0 ? ['None.', ''] : texts)];
}

function issueOf({ check, problems }: Found): { title: string; lines: readonly string[] } {
  const shown = problems
    .slice(0, SHOWN)
    .flatMap(({ kind, line, original, remedy }) => [
      `- **Location**: ${kind}${line === null ? '' : `, line ${line}`}`,
      `- **Original**: ${original === null ? '(missing)' : `\`${original.replaceAll('`', "'")}\``}`,
      `- **Fix**: ${remedy}`,
    ]);
  const rest = problems.length - SHOWN;
  return { title: check.title, lines: rest > 0 ? [...shown, `- and ${rest} more`] : shown };
}

function slips(found: readonly Found[]): readonly string[] {
  const lines = found
    .filter(({ check }) => check.severity === 'slip')
    .map(({ check, problems }) => `- ${check.title}: ${problems.length}`);
  return lines.length === 0 ? [] : ['## Slips', '', ...lines, ''];
}

function fixPlan(found: readonly Found[], gates: readonly PromptGate[]): readonly string[] {
  const steps = [
    ...found.map(({ check, problems }) => `${check.title}: ${problems[0]?.remedy ?? 'mend it'}`),
    ...gates
      .filter((gate) => gate.status === 'fail')
      .map((gate) => `Bring the gate ${gate.gate} to pass: ${quoteLine(gate.message)}`),
  ];
  const lines = steps.length === 0 ? ['Nothing to do.'] : steps.map((step, index) => `${index + 1}. ${step}`);
  return ['## Fix Plan', '', ...lines, ''];
}

function verdict(passes: boolean, { auditPassed }: OfflineRequest, { rows, overall }: Scores): string {
  if (passes) return 'No rule found anything that must be mended.';
  const low = rows.filter((row) => row.score < row.limit).map((row) => row.name);
  const reasons = [
    auditPassed ? '' : 'the audit fails',
    low.length === 0 ? '' : `under the limit: ${low.join(', ')}`,
    overall >= PASSES_FROM ? '' : `the overall score is under ${PASSES_FROM}`,
  ].filter((reason) => reason !== '');
  return `${reasons.join('; ')}.`;
}
