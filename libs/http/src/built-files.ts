import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Negotiator from 'negotiator';

export interface BuiltFile {
  readonly content: Buffer<ArrayBuffer>;
  /** The content compressed by gzip (RFC 1952). */
  readonly gzipped: Buffer<ArrayBuffer>;
  readonly type: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The built files of a page, read once, at the first request. A file is found by its name in a map, so that no path leads
 * out of the folder.
 */
export class BuiltFiles {
  private files: ReadonlyMap<string, BuiltFile> | undefined;

  constructor(private readonly folder: string) {}

  /** Undefined if no file has this name, or the page is not built. */
  get(name: string): BuiltFile | undefined {
    // Until the page is built, each call reads the folder again.
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
        [name.replaceAll('\\', '/'), { content, gzipped: Buffer.from(gzipSync(content)), type }] as const,
      ];
    }),
  );
}

/** For files whose name changes with their content. */
export const immutable = 'public, max-age=31536000, immutable';

/** A file as a response, compressed if the client accepts gzip. */
export function fileResponse(
  { content, gzipped, type }: BuiltFile,
  acceptEncoding = '',
  cacheControl = immutable,
): Response {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const gzip = negotiator.encoding(['gzip', 'identity']) === 'gzip';
  return new Response(gzip ? gzipped : content, {
    headers: {
      'content-type': type,
      'cache-control': cacheControl,
      vary: 'accept-encoding',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
  });
}
