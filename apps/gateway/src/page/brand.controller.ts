import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { brandStyle, logoOf } from './brand.js';
import { PageSettings } from './page-settings.js';

/** Serves the brand's files. They change with the configuration, so browsers ask for them at each visit. */
@ApiExcludeController()
@Controller('brand')
export class BrandController {
  constructor(private readonly settings: PageSettings) {}

  @Get('logo')
  logo(): Response {
    const { type, content } = logoOf(this.settings.brand);
    // An SVG that is opened by itself must not run scripts.
    return file(content, type, {
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    });
  }

  @Get('colours.css')
  colours(): Response {
    return file(brandStyle(this.settings.brand), 'text/css; charset=utf-8');
  }
}

const file = (content: string | Uint8Array<ArrayBuffer>, type: string, headers = {}): Response =>
  new Response(content, { headers: { 'content-type': type, 'cache-control': 'no-cache', ...headers } });
