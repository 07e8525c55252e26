import { Controller, Get, Headers, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StaticPage } from '#libs/http';
import { randomBytes } from 'node:crypto';
import { Public } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import { pagePolicy } from './page-policy.js';

/** Paths of the console's screens. All serve the same document, which shows the screen of its path. */
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

const noncePlaceholder = '%STYLE_NONCE%';

/** The built console (`npm run build:web`). It holds no secret, so it is open to all. */
@ApiExcludeController()
@Controller()
@Public()
export class ConsoleFilesController {
  private readonly page = new StaticPage({
    folder: 'dist/web/ops',
    name: { ko: '콘솔이', en: 'console' },
    notFound: () => opsProblem('not-found'),
  });

  constructor(private readonly dependencies: OpsDependencies) {}

  @Get(screens)
  screen(): Response {
    return this.document({ framed: false });
  }

  /** The redirect URI of the sign-in. A silent renewal loads it in a hidden frame. */
  @Get('callback')
  callback(): Response {
    return this.document({ framed: true });
  }

  @Get('seal.svg')
  seal(@Headers('accept-encoding') acceptEncoding?: string): Response {
    return this.page.file('seal.svg', acceptEncoding);
  }

  @Get('assets/:file')
  asset(@Param('file') name: string, @Headers('accept-encoding') acceptEncoding?: string): Response {
    return this.page.asset(name, acceptEncoding);
  }

  /** Any other path: browsers get the console, which shows that the page does not exist and keeps its menu. */
  @Get('*')
  unknownPath(@Headers('accept') accept = ''): Response {
    if (!accept.includes('text/html')) throw opsProblem('not-found');
    return this.document({ framed: false, status: 404 });
  }

  private document({ framed, status = 200 }: { framed: boolean; status?: number }): Response {
    const nonce = randomBytes(16).toString('base64');
    const issuer = new URL(this.dependencies.config.oidcIssuer).origin;
    return this.page.document({
      status,
      headers: {
        'content-security-policy': pagePolicy({ nonce, issuer, framed }),
        'x-frame-options': framed ? 'SAMEORIGIN' : 'DENY',
      },
      render: (html) => html.replace(noncePlaceholder, nonce),
    });
  }
}
