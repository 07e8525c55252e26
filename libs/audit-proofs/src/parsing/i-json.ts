/** The text is not JSON, or is ambiguous JSON that two parsers could read differently. */
export class NotIJson extends Error {
  override readonly name = 'NotIJson';

  constructor(
    /** `SYNTAX`: the text is not JSON. `AMBIGUOUS`: RFC 7493 excludes the JSON. */
    readonly kind: 'SYNTAX' | 'AMBIGUOUS',
    message: string,
  ) {
    super(message);
  }
}

/** Nesting limit of arrays and objects. */
const deepest = 100;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const words: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
/** Sticky patterns, which match only at one position. */
const space = /[\t\n\r ]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

const plainText = /[^"\\\u0000-\u001f]*/y;
const fourHex = /[0-9a-fA-F]{4}/y;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Parses I-JSON (RFC 7493), which excludes JSON that two parsers could read differently: duplicate member names, numbers
 * that a double cannot represent, unpaired surrogates. Beyond the RFC, a member `__proto__` and more than 100 levels are
 * refused. `JSON.parse` accepts all of these.
 *
 * @throws {NotIJson}
 */
export function readIJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): unknown {
    this.match(space);
    switch (this.text[this.at]) {
      case '{':
        return this.object(this.deeper(depth));
      case '[':
        return this.array(this.deeper(depth));
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  end(): void {
    this.match(space);
    if (this.at < this.text.length) throw this.unexpected();
  }

  private object(depth: number): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    this.list('}', () => {
      this.match(space);
      if (this.text[this.at] !== '"') throw this.unexpected();
      const name = this.string();
      if (name === '__proto__') throw this.ambiguous('a member has the name __proto__');
      if (Object.hasOwn(members, name))
        throw this.ambiguous(`two members have the name ${JSON.stringify(name)}`);
      this.match(space);
      this.take(':');
      members[name] = this.value(depth);
    });
    return members;
  }

  private array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.list(']', () => items.push(this.value(depth)));
    return items;
  }

  /** Items between brackets, separated by commas. */
  private list(close: string, item: () => void): void {
    this.at += 1;
    this.match(space);
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.match(space);
      if (this.text[this.at] === close) break;
      this.take(',');
    }
    this.at += 1;
  }

  private string(): string {
    this.at += 1;
    let value = this.match(plainText)!;
    while (this.text[this.at] === '\\') {
      value += this.escape();
      value += this.match(plainText)!;
    }
    this.take('"');
    if (loneSurrogate.test(value)) throw this.ambiguous('a string has an unpaired surrogate');
    return value;
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    this.at += 2;
    if (letter === 'u') {
      const hex = this.match(fourHex);
      if (hex === undefined) throw this.unexpected();
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (meant === undefined) throw this.unexpected();
    return meant;
  }

  private word(): unknown {
    for (const [word, value] of words)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    const digits = this.match(number);
    if (digits === undefined) throw this.unexpected();
    const value = Number(digits);
    if (!isRepresentable(digits, value)) throw this.ambiguous('a number cannot be represented exactly');
    return value;
  }

  private deeper(depth: number): number {
    if (depth >= deepest) throw this.ambiguous(`more than ${deepest} levels are nested`);
    return depth + 1;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private take(expected: string): void {
    if (this.text[this.at] !== expected) throw this.unexpected();
    this.at += 1;
  }

  private unexpected(): NotIJson {
    const what =
      this.at < this.text.length ? `unexpected text at ${this.place()}` : 'the text ends too early';
    return new NotIJson('SYNTAX', what);
  }

  private ambiguous(what: string): NotIJson {
    return new NotIJson('AMBIGUOUS', `${what}, at ${this.place()}`);
  }

  private place(): string {
    const before = this.text.slice(0, this.at).split('\n');
    return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
  }
}

/** Whether a double represents the number (RFC 7493 section 2.2): not too large, too small or too precise. */
function isRepresentable(digits: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (value === 0) return !/[1-9]/.test(digits.split(/[eE]/)[0]!);
  return /[.eE]/.test(digits) || String(value) === digits || BigInt(value) === BigInt(digits);
}
