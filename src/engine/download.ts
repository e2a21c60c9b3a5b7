import { execFile } from 'node:child_process';
import { chmodSync, createWriteStream, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { versionOf } from './binary.ts';
import { PINNED } from './version.ts';

/** Where the official builds are. */
const SOURCE = 'https://temporal.download/cli/archive';

/** How long the server may take to answer at all, and how long no byte may come, ms. */
const ANSWER_MS = 8000;

export interface MakeOptions {
  /** Where the binary is to lie. */
  readonly target: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (message: string) => void;
}

/**
 * Downloads the pinned server. An archive that is cut, or holds something else, is refused and removed.
 * @returns null when it is there, else why not.
 */
export async function downloadServer({ target, env, onProgress }: MakeOptions): Promise<string | null> {
  if (env.BATCH_MANAGER_NO_DOWNLOAD === '1') return 'switched off by BATCH_MANAGER_NO_DOWNLOAD';
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (platform === undefined || arch === undefined) return `no official build for ${process.platform} ${process.arch}`;
  const source = env.BATCH_MANAGER_TEMPORAL_DOWNLOAD ?? SOURCE;
  const url = `${source}/${PINNED.cli}?platform=${platform}&arch=${arch}`;
  // Beside the target: a rename over file systems is no rename.
  const scratch = mkdtempSync(join(dirname(target), 'download-'));
  try {
    return await fetchInto(url, scratch, target, onProgress);
  } catch (error) {
    return reasonOf(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function fetchInto(
  url: string,
  scratch: string,
  target: string,
  onProgress: (message: string) => void,
): Promise<string | null> {
  const archive = join(scratch, 'temporal.tar.gz');
  const answer = new AbortController();
  const timer = setTimeout(() => answer.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  const response = await fetch(url, { signal: answer.signal }).finally(() => clearTimeout(timer));
  if (!response.ok || response.body === null) return `${new URL(url).host} answered ${response.status}`;
  const size = Number(response.headers.get('content-length') ?? 0);
  onProgress(`Downloading Temporal ${PINNED.cli}${size > 0 ? ` (${Math.round(size / 1e6)} MB)` : ''} …`);
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(archive));
  const got = statSync(archive).size;
  if (size > 0 && got !== size) return `the archive was cut: ${got} of ${size} bytes`;
  // tar fails on an archive that is cut: gzip holds a checksum of the whole.
  await promisify(execFile)('tar', ['-xzf', archive, '-C', scratch]);
  const binary = join(scratch, 'temporal');
  chmodSync(binary, 0o755);
  const version = await versionOf(binary);
  if (version !== PINNED.server)
    return `the archive holds ${version === null ? 'no Temporal command' : `server ${version}`}, not server ${PINNED.server}`;
  renameSync(binary, target);
  return null;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return `${message.split('\n')[0] ?? ''}${cause?.code === undefined ? '' : ` (${cause.code})`}`.trim();
}
