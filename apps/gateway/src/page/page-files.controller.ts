import { join } from 'node:path';
import { Controller, Get, Headers, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { projectRoot } from '#libs/config';
import { fileResponse, BuiltFiles, type BuiltFile } from '#libs/http';
import { problem } from '../problems.js';

/** Our own files and calls, and the pictures that a customer has just taken; nothing of anybody else. */
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

/** The customer's reissue page as it was built (`npm run build:web`). */
@ApiExcludeController()
@Controller()
export class PageFilesController {
  private readonly files = new BuiltFiles(join(projectRoot(), 'dist/web/reissue'));

  @Get(['', 'reissue'])
  page(): Response {
    const page = this.files.get('index.html');
    if (!page) return notBuilt();
    return new Response(page.content, {
      headers: {
        'content-type': page.type,
        'content-security-policy': policy,
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': 'geolocation=(), microphone=(), payment=()',
        'cache-control': 'no-store',
      },
    });
  }

  @Get('seal.svg')
  seal(@Headers('accept-encoding') accepted?: string): Response {
    return fileResponse(this.found('seal.svg'), accepted, 'no-cache');
  }

  @Get('assets/:file')
  asset(@Param('file') name: string, @Headers('accept-encoding') accepted?: string): Response {
    return fileResponse(this.found(`assets/${name}`), accepted);
  }

  private found(name: string): BuiltFile {
    const file = this.files.get(name);
    if (!file) throw problem('not-found');
    return file;
  }
}

const notBuilt = () =>
  new Response(
    'The page is not built. Run: npm run build:web\n페이지가 빌드되지 않았습니다. npm run build:web\n',
    { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } },
  );
