import { execFile } from 'node:child_process';
import { chmodSync, createWriteStream, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { versionOf } from './binary.ts';
import { PINNED } from './version.ts';

/** Where the official builds are. */
const SOURCE = 'https://temporal.download/cli/archive';

/** How long the source may take to answer at all, and how long no byte may come then, ms. */
const SILENCE_MS = 8000;

/** Name of the archive while it is unpacked. */
const ARCHIVE = 'temporal.tar.gz';

export interface MakeOptions {
  /** Where the binary is to lie. */
  readonly target: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (message: string) => void;
  /** How long a download may stand still, ms; left out, 8 s. */
  readonly silenceMs?: number;
}

/**
 * Downloads the pinned server. An archive that is cut, or holds something else, is refused and removed.
 * @returns null when it is there, else why not.
 */
export async function downloadServer(options: MakeOptions): Promise<string | null> {
  const { target, env } = options;
  if (env.BATCH_MANAGER_NO_DOWNLOAD === '1') return 'switched off by BATCH_MANAGER_NO_DOWNLOAD';
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (platform === undefined || arch === undefined) return `no official build for ${process.platform} ${process.arch}`;
  const source = env.BATCH_MANAGER_TEMPORAL_DOWNLOAD || SOURCE;
  const url = `${source}/${PINNED.cli}?platform=${platform}&arch=${arch}`;
  // Beside the target: a rename over file systems is no rename.
  const scratch = mkdtempSync(join(dirname(target), 'download-'));
  try {
    return (await fetchArchive(url, join(scratch, ARCHIVE), options)) ?? (await unpack(scratch, target));
  } catch (error) {
    return reasonOf(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Fetches the archive whole; null when it is there, else why not. */
async function fetchArchive(
  url: string,
  archive: string,
  { onProgress, silenceMs = SILENCE_MS }: MakeOptions,
): Promise<string | null> {
  const { host } = new URL(url);
  const silence = new AbortController();
  const fallSilent = (): void => silence.abort(new Error(`${host} sent nothing for ${silenceMs / 1000} s`));
  const timer = setTimeout(fallSilent, silenceMs);
  try {
    // Not compressed on the way: the length that is sent would be another one.
    const response = await fetch(url, { signal: silence.signal, headers: { 'accept-encoding': 'identity' } });
    if (!response.ok || response.body === null) return `${host} answered ${response.status}`;
    const size = Number(response.headers.get('content-length') ?? 0);
    onProgress(`Downloading Temporal ${PINNED.cli}${size > 0 ? ` (${Math.round(size / 1e6)} MB)` : ''} …`);
    const body = Readable.fromWeb(response.body as never).on('data', () => timer.refresh());
    await pipeline(body, createWriteStream(archive));
    const got = statSync(archive).size;
    return size > 0 && got !== size ? `the archive was cut: ${got} of ${size} bytes` : null;
  } finally {
    clearTimeout(timer);
  }
}

/** Takes the command out of the archive and to its place, if it is the pinned one; null when it is there, else why not. */
async function unpack(scratch: string, target: string): Promise<string | null> {
  try {
    // tar fails on an archive that is cut: gzip holds a checksum of the whole.
    await promisify(execFile)('tar', ['-xzf', join(scratch, ARCHIVE), '-C', scratch]);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return `the archive cannot be unpacked: ${stderr.trim().split('\n')[0] || message}`;
  }
  const binary = join(scratch, 'temporal');
  if (existsSync(binary)) chmodSync(binary, 0o755);
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
