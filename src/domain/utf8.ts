/** Strict UTF-8: what a person wrote is read as it is or refused, never with U+FFFD in the place of what was not understood. */

/** The first place at which bytes are not UTF-8. */
export interface Utf8Problem {
  /** Bytes before it. */
  readonly offset: number;
  /** Line of it, from 1. */
  readonly line: number;
  /** The byte there. */
  readonly byte: number;
  /** What the bytes seem to be, as `iconv -f` names it. */
  readonly encoding: string;
}

export type Utf8Text =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Utf8Problem };

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of bytes, with its byte order mark where it has one. */
export function decodeUtf8(bytes: Uint8Array): Utf8Text {
  const nul = utf16Nul(bytes);
  if (nul !== null) return { ok: false, problem: problemAt(bytes, nul.offset, nul.encoding) };
  try {
    return { ok: true, text: strict.decode(bytes) };
  } catch {
    return { ok: false, problem: problemAt(bytes, firstInvalid(bytes), guess(bytes)) };
  }
}

/** Share of NUL bytes from which on a text is UTF-16 without a mark: it decodes as UTF-8 where all its letters are ASCII. */
const UTF16_SHARE = 0.05;

function utf16Nul(bytes: Uint8Array): { readonly offset: number; readonly encoding: string } | null {
  const offset = bytes.indexOf(0);
  if (offset === -1) return null;
  let nuls = 0;
  for (const byte of bytes) if (byte === 0) nuls += 1;
  if (nuls / bytes.length < UTF16_SHARE) return null;
  return { offset, encoding: offset % 2 === 1 ? 'UTF-16LE' : 'UTF-16BE' };
}

function guess(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16';
  return 'WINDOWS-1251';
}

const REPLACEMENT = [0xef, 0xbf, 0xbd] as const;

/** Where the lenient reading, written down again, is no longer what was read. */
function firstInvalid(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(lenient.decode(bytes));
  let offset = 0;
  while (offset < bytes.length && bytes[offset] === again[offset]) offset += 1;
  // A sequence that was cut short may begin with the bytes of the replacement itself.
  for (let back = 2; back > 0; back -= 1) {
    const start = offset - back;
    if (start >= 0 && REPLACEMENT.every((byte, index) => again[start + index] === byte)) return start;
  }
  return offset;
}

function problemAt(bytes: Uint8Array, offset: number, encoding: string): Utf8Problem {
  let line = 1;
  for (let index = 0; index < offset; index += 1) if (bytes[index] === 0x0a) line += 1;
  return { offset, line, byte: bytes[offset] ?? 0, encoding };
}
