import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Controller, Get, Param, type DynamicModule, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { edgeProblem } from './edge-problems.js';
import { openApiPath, type OpenApiName } from './openapi.js';

// Swagger UI is a dependency of @nestjs/swagger, and resolved from its folder.
const swaggerFolder = (
  createRequire(import.meta.resolve('@nestjs/swagger'))('swagger-ui-dist/absolute-path.js') as () => string
)();

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
};

const page = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script type="module" src="/docs/start.js"></script>
</body>
</html>
`;
const plainStart = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const answer = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
  new Response(body, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': pagePolicy,
      'cache-control': 'no-cache',
    },
  });

interface DocsFile {
  readonly type: string;
  readonly content: () => string;
}

interface DocsOptions {
  /** Title of the page. */
  readonly title: string;
  readonly document: OpenApiName;
  /** File of a script that starts the page; Swagger UI starts plainly while the file is not built. */
  readonly start?: string;
  /** Further files below /docs/, by their names. Their content is made when one is requested first. */
  readonly files?: Readonly<Record<string, DocsFile>>;
  /** Decorators of the controller, e.g. for its access. */
  readonly decorators?: readonly ClassDecorator[];
}

class DocsModule {}

/** Serves the committed OpenAPI document at /openapi.json, and Swagger UI for it at /docs. Nothing is loaded from elsewhere. */
export function docsModule(options: DocsOptions): DynamicModule {
  const controller = docsController(options);
  options.decorators?.forEach((decorate) => decorate(controller));
  return { module: DocsModule, controllers: [controller] };
}

/** The controller of {@link docsModule}. */
function docsController({ title, document, start, files = {} }: DocsOptions): Type {
  const made = new Map<string, string>();
  @ApiExcludeController()
  @Controller()
  class DocsController {
    private readonly document = readFileSync(openApiPath(document));

    @Get('openapi.json')
    openApi(): Response {
      return answer(this.document, 'application/json');
    }

    @Get('docs')
    page(): Response {
      return answer(page(title), 'text/html');
    }

    @Get('docs/:file')
    asset(@Param('file') name: string): Response {
      if (name === 'start.js') return answer(builtStart() ?? plainStart, 'text/javascript');
      const file = Object.hasOwn(files, name) ? files[name] : undefined;
      if (file) {
        const content = made.get(name) ?? file.content();
        made.set(name, content);
        return answer(content, file.type);
      }
      const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
      if (!type) throw edgeProblem('not-found');
      return answer(readFileSync(join(swaggerFolder, name)), type);
    }
  }
  const builtStart = () =>
    start !== undefined && existsSync(start) ? readFileSync(start, 'utf8') : undefined;
  return DocsController;
}
