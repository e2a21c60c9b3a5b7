/** What runs in a thread of a track's audit: a module for each request, from its files to its files. */
import { answerRequests } from '../thread-port.ts';
import { auditOne } from './audit-one.ts';

answerRequests(auditOne);
