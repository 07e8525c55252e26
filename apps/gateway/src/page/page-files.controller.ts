import { Controller, Get, Headers, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StaticPage } from '#libs/http';
import { problem } from '../problems.js';
import { shownBrand } from './brand.js';
import { PageSettings } from './page-settings.js';

/** Only files and routes of the gateway itself, and photos that the customer has just taken. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Serves the customers' page. */
@ApiExcludeController()
@Controller()
export class PageFilesController {
  private readonly page = new StaticPage({
    folder: 'dist/web/reissue',
    name: { ko: '페이지가', en: 'page' },
    notFound: () => problem('not-found'),
  });

  constructor(private readonly settings: PageSettings) {}

  /** The brand as the content of a script element, which `</` or `<!--` would end. */
  private get brandJson(): string {
    return JSON.stringify(shownBrand(this.settings.brand)).replaceAll('<', String.raw`\u003c`);
  }

  @Get(['', 'reissue'])
  document(): Response {
    return this.page.document({
      headers: {
        'content-security-policy': policy,
        'permissions-policy': 'geolocation=(), microphone=(), payment=()',
      },
      render: (html) => html.replace('BRAND', () => this.brandJson),
    });
  }

  @Get('assets/:file')
  asset(@Param('file') name: string, @Headers('accept-encoding') acceptEncoding?: string): Response {
    return this.page.asset(name, acceptEncoding);
  }
}
