import { Controller, Get, Headers, Inject, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { projectRoot } from '#libs/config';
import { fileResponse, BuiltFiles, type BuiltFile } from '#libs/http';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Public } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';
import { problem } from '../problems.js';
import { pagePolicy } from './page-policy.js';

/** Addresses that are screens of the console: each is the same page, which shows what its address says. */
const screens = [
  '',
  'reissues',
  'reissues/:id',
  'operations',
  'operations/:id',
  'certificates',
  'certificates/:serial',
  'audit',
  'evidence',
];

const noncePlace = '%STYLE_NONCE%';

/** The console as it was built (`npm run build:web`). It holds no secret: whoever can reach the app may load it. */
@ApiExcludeController()
@Controller()
@Public()
export class ConsoleFilesController {
  private readonly files = new BuiltFiles(join(projectRoot(), 'dist/web/ops'));

  constructor(@Inject(OpsDependencies) private readonly dependencies: OpsDependencies) {}

  @Get(screens)
  screen(): Response {
    return this.page({ framed: false });
  }

  /** Where the issuer sends people back to; also in the hidden frame in which a sign-in renews itself. */
  @Get('callback')
  callback(): Response {
    return this.page({ framed: true });
  }

  @Get('seal.svg')
  seal(@Headers('accept-encoding') accepted?: string): Response {
    return fileResponse(this.found('seal.svg'), accepted, 'no-cache');
  }

  /** Their names change with their content. */
  @Get('assets/:file')
  asset(@Param('file') name: string, @Headers('accept-encoding') accepted?: string): Response {
    return fileResponse(this.found(`assets/${name}`), accepted);
  }

  /** An address that is nothing: who came by a browser is told so in the console, with its menu to go on by. */
  @Get('*')
  unknownPath(@Headers('accept') accepted = ''): Response {
    if (!accepted.includes('text/html')) throw problem('not-found');
    return this.page({ framed: false, status: 404 });
  }

  private page({ framed, status = 200 }: { framed: boolean; status?: number }): Response {
    const page = this.files.get('index.html');
    if (!page) return notBuilt();
    const nonce = randomBytes(16).toString('base64');
    const issuer = new URL(this.dependencies.config.oidcIssuer).origin;
    return new Response(page.content.toString('utf8').replace(noncePlace, nonce), {
      status,
      headers: {
        'content-type': page.type,
        'content-security-policy': pagePolicy({ nonce, issuer, framed }),
        'x-frame-options': framed ? 'SAMEORIGIN' : 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      },
    });
  }

  private found(name: string): BuiltFile {
    const file = this.files.get(name);
    if (!file) throw problem('not-found');
    return file;
  }
}

const notBuilt = () =>
  new Response(
    'The console is not built. Run: npm run build:web\n콘솔이 빌드되지 않았습니다. npm run build:web\n',
    {
      status: 503,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    },
  );
