const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const DASH = 0x2d;

/**
 * What of a mail the parser gets. It keeps an object a line, about 2 kB each, outside the heap limit of the worker: a
 * megabyte of bare newlines takes it 1.3 GB. The rules see 64 kB of a text, so nothing that they would see is dropped.
 */
const MAX_FIELDS = 1000;
const MAX_FIELD_BYTES = 16 * 1024;
const MAX_HEADER_BYTES = 256 * 1024;
/** Of what stands between two lines that begin with `--`, as boundaries do: a part with its header. */
const MAX_SECTION_BYTES = 512 * 1024;
const MAX_SECTION_LINES = 10_000;
const MAX_SECTIONS = 5000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_BODY_LINES = 50_000;

/**
 * The mail without what no rule would see of a huge one: the rest of a long attachment, of a long header, of header
 * fields or parts without number. Takes time linear in the length; a mail within the bounds is returned as it is.
 */
export function boundMail(raw: Uint8Array): Uint8Array {
  const kept = new KeptRanges(raw);
  keepBody(raw, keepHeader(raw, kept), kept);
  return kept.join();
}

/** @returns where the body begins */
function keepHeader(raw: Uint8Array, kept: KeptRanges): number {
  let fields = 0;
  let fieldBytes = 0;
  let headerBytes = 0;
  for (let start = 0; start < raw.length;) {
    const end = endOfLine(raw, start);
    if (isBlank(raw, start, end)) {
      kept.add(start, end);
      return end;
    }
    if (raw[start] !== SPACE && raw[start] !== TAB) {
      fields += 1;
      fieldBytes = 0;
    }
    const room = Math.min(MAX_FIELD_BYTES - fieldBytes, MAX_HEADER_BYTES - headerBytes);
    if (fields <= MAX_FIELDS && room > 0) kept.addLine(start, end, room);
    fieldBytes += end - start;
    headerBytes += Math.min(end - start, Math.max(room, 0));
    start = end;
  }
  return raw.length;
}

function keepBody(raw: Uint8Array, bodyStart: number, kept: KeptRanges): void {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  let sections = 0;
  let section = { bytes: 0, lines: 0 };
  let bodyBytes = 0;
  let bodyLines = 0;
  for (let start = bodyStart; start < raw.length;) {
    const end = endOfLine(raw, start);
    if (raw[start] === DASH && raw[start + 1] === DASH) {
      sections += 1;
      section = { bytes: 0, lines: 0 };
    }
    if (sections > MAX_SECTIONS || bodyBytes > MAX_BODY_BYTES || bodyLines > MAX_BODY_LINES) return;
    const room = MAX_SECTION_BYTES - section.bytes;
    kept.addLine(start, end, room);
    section = { bytes: section.bytes + end - start, lines: section.lines + 1 };
    bodyBytes += Math.min(end - start, room);
    bodyLines += 1;
    start = end;
    if (section.bytes >= MAX_SECTION_BYTES || section.lines >= MAX_SECTION_LINES) {
      // From the line feed just kept, so that a boundary on the very next line is found.
      const boundary = bytes.indexOf('\n--', end - 1, 'latin1');
      if (boundary === -1) return;
      start = boundary + 1;
    }
  }
}

/** @returns the offset behind the line feed, or behind the last byte */
function endOfLine(raw: Uint8Array, start: number): number {
  const lineFeed = raw.indexOf(LF, start);
  return lineFeed === -1 ? raw.length : lineFeed + 1;
}

function isBlank(raw: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (raw[at] !== CR && raw[at] !== LF) return false;
  }
  return true;
}

/** Pieces of one mail, neighbours merged: most mails are one piece. */
class KeptRanges {
  private readonly ranges: { start: number; end: number }[] = [];

  constructor(private readonly raw: Uint8Array) {}

  add(start: number, end: number): void {
    const last = this.ranges.at(-1);
    if (last?.end === start) last.end = end;
    else if (start < end) this.ranges.push({ start, end });
  }

  /** At most `room` bytes of a line, and its end. */
  addLine(start: number, end: number, room: number): void {
    if (end - start <= room) {
      this.add(start, end);
    } else {
      this.add(start, start + room);
      this.add(end - 1, end);
    }
  }

  join(): Uint8Array {
    const [only, ...others] = this.ranges;
    if (only !== undefined && others.length === 0) return this.raw.subarray(only.start, only.end);
    return Buffer.concat(this.ranges.map(({ start, end }) => this.raw.subarray(start, end)));
  }
}
