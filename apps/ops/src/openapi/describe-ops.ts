import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { opsProblemCatalogue } from '#libs/contracts';
import { createOpenApiDocument, HealthRegistry } from '#libs/http';
import { createMetrics, Metrics } from '#libs/observability';
import { StaffTokens } from '../access/staff-tokens.js';
import { OpsDependencies } from '../dependencies.js';
import { parts } from '../parts.js';

/** Nothing stands behind the controllers: they are looked at, not called. */
@Global()
@Module({
  providers: [
    { provide: OpsDependencies, useValue: { config: {} } },
    {
      provide: HealthRegistry,
      useValue: { register: () => undefined, draining: new AbortController().signal },
    },
    { provide: StaffTokens, useValue: {} },
    { provide: Metrics, useValue: createMetrics('ops') },
  ],
  exports: [OpsDependencies, HealthRegistry, Metrics, StaffTokens],
})
class StubDependencies {}

@Module({ imports: [StubDependencies, ...parts] })
class DocumentedModule {}

const introduction = `Lists, retries, approves and proves reissues of joint certificates.

Staff sign in at the bank's OpenID Connect issuer; the access token comes as a Bearer token. Which roles may make a call
stands in its \`x-roles\`. Failures are problem documents (RFC 9457); branch on \`type\`:

| type | status | title |
| --- | --- | --- |
${Object.entries(opsProblemCatalogue)
  .map(([slug, { status, title }]) => `| \`urn:reseal:problem:${slug}\` | ${status} | ${title.en} |`)
  .join('\n')}
`;

/** The OpenAPI 3.1 document of the app, made from its controllers; needs no configuration and nothing running. */
export async function describeOps(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(DocumentedModule, new FastifyAdapter(), { logger: false });
  const base = new DocumentBuilder()
    .setTitle('Reseal ops')
    .setDescription(introduction)
    .setVersion('1')
    .setOpenAPIVersion('3.1.1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('http://127.0.0.1:3001', 'Local')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'staff')
    .build();
  try {
    await app.init();
    return createOpenApiDocument(app, base);
  } finally {
    await app.close();
  }
}
