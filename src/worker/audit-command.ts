import { mkdtemp, rm } from 'node:fs/promises';
import type { AuditCommand } from '../../activities/deps.ts';
import { runAuditCommand } from '../audit/command.ts';
import { readDuration } from '../config/duration.ts';
import type { SettingsFile } from '../config/schema.ts';
import { FILE_KINDS, type ModuleText } from '../domain/module.ts';
import { scratchPrefix } from '../process/scratch.ts';
import { readPeoplesBytes } from '../files/people-file.ts';
import { writeAtomic } from '../store/atomic.ts';
import { modulePaths, ModulePaths } from '../store/module-files.ts';

/** Time that an audit command may take where the settings say nothing, ms. */
const TIMEOUT_MS = 120_000;

/**
 * The configured audit command; null where there is none. It sees a version as files: a copy of the module with the same
 * relative paths in a scratch folder. With `in-place`, for commands that need the whole curriculum around them, `{root}` is
 * the real folder, and `{file}` the real lesson where the version is the one on disk. It runs in the workspace's root.
 */
export function createAuditCommand(settings: SettingsFile, cwd: string, folder: () => string): AuditCommand | null {
  const { command, timeout } = settings.audit ?? {};
  if (command === undefined) return null;
  const inPlace = settings.audit?.['in-place'] ?? false;
  const timeoutMs =
    timeout === undefined ? TIMEOUT_MS : readDuration(String(timeout), 'audit.timeout in batch-manager.yaml');
  return {
    key: JSON.stringify([command, inPlace]),
    run: async (ref, text, signal) => {
      const real = await modulePaths(folder(), ref);
      const scratch = await mkdtemp(scratchPrefix('audit'));
      try {
        const mirror = await mirrored(scratch, real, text);
        const onDisk = inPlace && isOnDisk(real, text);
        const file = (onDisk ? real : mirror).file('lesson');
        const root = inPlace ? real.folder : scratch;
        return await runAuditCommand({ command, file, track: ref.track, slug: ref.slug, root, cwd, signal, timeoutMs });
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

async function mirrored(scratch: string, real: ModulePaths, text: ModuleText): Promise<ModulePaths> {
  const mirror = new ModulePaths(scratch, real.ref, real.stem);
  for (const kind of FILE_KINDS) {
    const content = text.files[kind];
    if (content !== null) await writeAtomic(mirror.file(kind), content);
  }
  return mirror;
}

function isOnDisk(real: ModulePaths, text: ModuleText): boolean {
  return readPeoplesBytes(real.file('lesson'))?.toString('utf8') === text.files.lesson;
}
