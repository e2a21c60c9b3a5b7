/** Keeps the last bytes of a stream, so that a program that floods us fills no memory and its last words are kept. */
export class OutputTail {
  private readonly limit: number;
  private chunks: Buffer[] = [];
  private length = 0;
  private dropped = false;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit;
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
    // Whole chunks go; the cut within a chunk is made once, at the end.
    while (this.length - (this.chunks[0]?.length ?? 0) >= this.limit && this.chunks.length > 1) {
      this.length -= this.chunks.shift()?.length ?? 0;
      this.dropped = true;
    }
  }

  /** Whether bytes were dropped. */
  get truncated(): boolean {
    return this.dropped || this.length > this.limit;
  }

  text(): string {
    return lastBytes(Buffer.concat(this.chunks), this.limit);
  }
}

/** The end of a UTF-8 text, at most `limit` bytes of it, not beginning within a character. */
export function lastBytes(bytes: Buffer, limit: number): string {
  let start = Math.max(0, bytes.length - limit);
  const end = start + 3;
  while (start > 0 && start < end && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString('utf8');
}
