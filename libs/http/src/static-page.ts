import { resolve } from 'node:path';
import { projectRoot } from '#libs/config';
import type { BilingualText } from '#libs/domain';
import { BuiltFiles, fileResponse, immutable } from './built-files.js';

interface StaticPageOptions {
  /** Folder into which `npm run build:web` builds the page, relative to the root of the project. */
  readonly folder: string;
  /** Name of the page in the response while the page is not built. */
  readonly name: BilingualText;
  /** The error for a file that does not exist. */
  readonly notFound: () => Error;
}

interface DocumentOptions {
  /** Headers that are added to those of every page, or replace them; at least `content-security-policy`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Changes the HTML before it is sent. */
  readonly render?: (html: string) => string;
}

/** The page of a front end, served from its built files: the HTML document and the files that it loads. */
export class StaticPage {
  private readonly files: BuiltFiles;

  constructor(private readonly options: StaticPageOptions) {
    this.files = new BuiltFiles(resolve(projectRoot(), options.folder));
  }

  /** The HTML document, or 503 in plain text while the page is not built. */
  document({ headers, status = 200, render = (html) => html }: DocumentOptions): Response {
    const file = this.files.get('index.html');
    if (!file) return notBuilt(this.options.name);
    return new Response(render(file.content.toString('utf8')), {
      status,
      headers: {
        'content-type': file.type,
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
        ...headers,
      },
    });
  }

  /** A file whose name stays when its content changes: browsers request it again each time. @throws `notFound` */
  file(name: string, acceptEncoding?: string): Response {
    return this.respond(name, acceptEncoding, 'no-cache');
  }

  /** A file of the folder `assets`. Its name changes with its content: browsers keep it. @throws `notFound` */
  asset(name: string, acceptEncoding?: string): Response {
    return this.respond(`assets/${name}`, acceptEncoding, immutable);
  }

  private respond(name: string, acceptEncoding: string | undefined, cacheControl: string): Response {
    const file = this.files.get(name);
    if (!file) throw this.options.notFound();
    return fileResponse(file, acceptEncoding, cacheControl);
  }
}

const notBuilt = ({ ko, en }: StaticPageOptions['name']) =>
  new Response(
    `The ${en} is not built. Run: npm run build:web\n${ko} 빌드되지 않았습니다. npm run build:web\n`,
    { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } },
  );
