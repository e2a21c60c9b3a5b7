import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { StopRequest, TurnedBack } from '../src/concurrency/gates.ts';
import { moduleKey } from '../src/domain/module.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { ModelCalls } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** Runs the configured audit command on a version, once: its result is kept by the version's hash. */
export function createAuditCommand(deps: Deps): ModelCalls['auditCommand'] {
  return async (input) => {
    const command = deps.auditCommand;
    if (command === null || (await deps.audits.gate(input.hash, command.key)) !== null) return null;
    const registered = deps.gates.register(input.taskId, input.module.slug);
    const beating = setInterval(() => heartbeat({ phase: 'audit command', attempt: activityInfo().attempt }), 500);
    const signal = AbortSignal.any([cancellationSignal(), registered.signal]);
    try {
      // A module whose reply came just when its task was stopped gets here.
      if ((await deps.gates.limitsOf(input.taskId))?.closed === true) throw new StopRequest();
      const version = await deps.work.version(input.hash);
      const gate = await command.run(input.module, version.text, signal);
      await deps.audits.put(input.hash, command.key, gate);
      const line = { subject: moduleKey(input.module), event: 'command', text: `${gate.status}: ${gate.message}` };
      await appendLog(deps.workspace, input.taskId, line);
      return null;
    } catch (error) {
      if (signal.reason instanceof TurnedBack) return 'paused';
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearInterval(beating);
      registered.unregister();
    }
  };
}
