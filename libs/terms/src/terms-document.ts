import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { retentionSchema, type Retention } from './retention.js';

export const termsLocales = ['ko', 'en'] as const;
export type TermsLocale = (typeof termsLocales)[number];

/** The stage at which the customer is asked: before personal data is used, or before the certificate is issued. */
export const termsStages = ['identity', 'issuance'] as const;
export type TermsStage = (typeof termsStages)[number];

/** One version of one set of terms in one language. */
export interface TermsDocument {
  readonly termsId: string;
  readonly version: string;
  readonly locale: TermsLocale;
  readonly stage: TermsStage;
  readonly mandatory: boolean;
  /** The version is in force from this time until a later version of the same terms is. */
  readonly validFrom: Date;
  readonly title: string;
  /** The retention periods that the text promises. */
  readonly retention: Retention;
  /** Whether messages that the text is about may hold links. A text that says nothing about it forbids them. */
  readonly links?: true | undefined;
  /** Markdown, byte for byte as it is served. */
  readonly text: string;
  readonly digest: string;
}

const frontMatter = z.strictObject({
  termsId: z.string(),
  version: z.string(),
  stage: z.enum(termsStages),
  mandatory: z.boolean(),
  validFrom: z.iso.date(),
  title: z.string().trim().min(1),
  retention: retentionSchema.default({}),
  links: z.literal(true).optional(),
});

/** The digest that a consent names: SHA-256 over the UTF-8 bytes of `text`, in lower-case hexadecimal. */
export function termsDigest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Reads one document from the bytes of `<termsId>/<version>.<locale>.md`.
 *
 * The file begins with a line `---`, followed by YAML up to the next line `---`. **The text is every byte after that line's
 * newline, to the end of the file.** Nothing is trimmed or normalised, so that the digest can be recomputed from the served
 * text. To keep the bytes equal on every machine, a file must be UTF-8 without byte order mark, in Unicode normalisation
 * form C, with `\n` line ends, and its text must begin with a visible character and end with one newline.
 *
 * `validFrom` is a date in Korea: the version is in force from 00:00 Korean time.
 *
 * @throws Error that names the fault of the file
 */
export function parseTermsDocument(
  path: { termsId: string; version: string; locale: TermsLocale },
  bytes: Uint8Array,
): TermsDocument {
  const file = decode(bytes);
  const parts = /^---\n(.*?\n)---\n(.*)$/s.exec(file);
  if (!parts) throw new Error('does not begin with front matter between two lines "---"');
  const [, head = '', text = ''] = parts;
  if (!/^\S.*\S\n$/s.test(text))
    throw new Error('its text must begin with a visible character and end with one newline');

  const meta = readFrontMatter(head);
  if (meta.termsId !== path.termsId)
    throw new Error(`its termsId is ${meta.termsId}, its folder ${path.termsId}`);
  if (meta.version !== path.version)
    throw new Error(`its version is ${meta.version}, its name says ${path.version}`);
  return {
    ...meta,
    locale: path.locale,
    validFrom: new Date(`${meta.validFrom}T00:00:00+09:00`),
    text,
    digest: termsDigest(text),
  };
}

function decode(bytes: Uint8Array): string {
  let file: string;
  try {
    file = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('is not UTF-8');
  }
  if (file.startsWith('\uFEFF')) throw new Error('begins with a byte order mark');
  if (file.includes('\r')) throw new Error('has line ends other than "\\n"');
  if (file !== file.normalize('NFC')) throw new Error('is not in Unicode normalisation form C');
  return file;
}

function readFrontMatter(head: string): z.infer<typeof frontMatter> {
  const result = frontMatter.safeParse(parse(head));
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'front matter'}: ${issue.message}`,
  );
  throw new Error(`has wrong front matter (${issues.join('; ')})`);
}
