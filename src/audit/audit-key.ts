import { VERSION } from '../version.ts';
import type { AuditOptions } from './audit.ts';

/** Raised with every change of what a report says, so that kept ones count no more. */
const RULES = 4;

/** What a report depends on beside the files, as a key of kept reports: program version, rules, settings. */
export const auditKey = (options: AuditOptions): string => JSON.stringify([VERSION, RULES, options]);
