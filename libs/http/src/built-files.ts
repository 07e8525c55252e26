import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Negotiator from 'negotiator';

export interface BuiltFile {
  readonly content: Buffer<ArrayBuffer>;
  /** The same by gzip (RFC 1952), made once. */
  readonly zipped: Buffer<ArrayBuffer>;
  readonly type: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The files of a page as they were built, read once, at the first that is asked for. Only what is in the folder has a
 * name here: no path that somebody makes up leads out of it.
 */
export class BuiltFiles {
  private files: ReadonlyMap<string, BuiltFile> | undefined;

  constructor(private readonly folder: string) {}

  /** Undefined if there is none of this name, or nothing was built. */
  get(name: string): BuiltFile | undefined {
    // While nothing is built, each call looks again.
    if (!this.files?.size) this.files = readAll(this.folder);
    return this.files.get(name);
  }
}

function readAll(folder: string): ReadonlyMap<string, BuiltFile> {
  if (!existsSync(join(folder, 'index.html'))) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.flatMap((name) => {
      const type = types[extname(name)];
      if (type === undefined) return [];
      const content = Buffer.from(readFileSync(join(folder, name)));
      return [
        [name.replaceAll('\\', '/'), { content, zipped: Buffer.from(gzipSync(content)), type }] as const,
      ];
    }),
  );
}

/** Their names change with their content. */
export const cacheForever = 'public, max-age=31536000, immutable';

/** A file as an answer, zipped for whom accepts that. @param caching the header Cache-Control */
export function fileResponse(
  { content, zipped, type }: BuiltFile,
  accepted = '',
  caching: string = cacheForever,
): Response {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': accepted } });
  const zip = negotiator.encoding(['gzip', 'identity']) === 'gzip';
  return new Response(zip ? zipped : content, {
    headers: {
      'content-type': type,
      'cache-control': caching,
      vary: 'accept-encoding',
      ...(zip ? { 'content-encoding': 'gzip' } : {}),
    },
  });
}
