import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { projectRoot } from '#libs/config';
import { Metrics } from '#libs/observability';
import { z } from 'zod';
import { HealthRegistry } from './health.js';
import { defaultProblemTypeBase, problemMediaType } from './render-problem.js';

/** The problem document as clients see it (RFC 9457). */
const problemDocumentSchema = z
  .looseObject({
    type: z.string().describe('Stable URI of the kind of problem: branch on this'),
    title: z.string().describe('The kind of problem as text, in the requested language'),
    status: z.int().describe('HTTP status'),
    detail: z.string().optional().describe('Text about this occurrence'),
    instance: z.string().optional().describe('Path of the request'),
    traceId: z.string().describe('Id of the request in our logs'),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().describe('JSON Pointer into the body, as a URI fragment'),
          parameter: z.string().optional(),
          in: z.enum(['query', 'path', 'header']).optional(),
          code: z.string().optional().describe('Stable code of the fault, if it has one'),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Every fault of the input'),
  })
  .meta({ id: 'Problem' });

const problemContent = { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } };

/** The committed OpenAPI documents, by the names of their files. */
export type OpenApiName = 'openapi' | 'openapi-ops' | 'openapi-providers';

/** File of a committed OpenAPI document. Applications serve it; a contract test compares it with the controllers. */
export const openApiPath = (name: OpenApiName): string =>
  join(projectRoot(), 'libs/contracts', `${name}.json`);

/** Writes a document to its committed file, and the path of the file to stdout. */
export function writeOpenApi(name: OpenApiName, document: OpenAPIObject): void {
  writeFileSync(openApiPath(name), `${JSON.stringify(document, null, 2)}\n`);
  process.stdout.write(`written: ${openApiPath(name)}\n`);
}

/** The problems of a catalogue as a Markdown table, for the introduction of a document. */
export const problemTable = (
  catalogue: Readonly<Record<string, { readonly status: number; readonly title: { readonly en: string } }>>,
): string =>
  [
    '| type | status | title |',
    '| --- | --- | --- |',
    ...Object.entries(catalogue).map(
      ([slug, { status, title }]) => `| \`${defaultProblemTypeBase}${slug}\` | ${status} | ${title.en} |`,
    ),
  ].join('\n');

interface FeaturesToDescribe {
  readonly features: readonly (Type | DynamicModule)[];
  /** What the application's root module provides for the features. */
  readonly provided: readonly Type[];
  /** Adds title, introduction, servers and security. */
  readonly describe: (builder: DocumentBuilder) => DocumentBuilder;
}

/**
 * The OpenAPI 3.1 document of the feature modules of an application. No controller or provider is created (Nest's preview
 * mode), so that it needs no configuration and no running dependency.
 */
export async function describeFeatures({
  features,
  provided,
  describe,
}: FeaturesToDescribe): Promise<OpenAPIObject> {
  const tokens = [...provided, HealthRegistry, Metrics];
  const root: DynamicModule = {
    module: class FeaturesRoot {},
    global: true,
    imports: [...features],
    providers: tokens.map((provide) => ({ provide, useValue: {} })),
    exports: tokens,
  };
  const options = { logger: false as const, preview: true, abortOnError: false };
  const app = await NestFactory.create(root, new FastifyAdapter(), options);
  const builder = new DocumentBuilder()
    .setVersion('1')
    .setOpenAPIVersion('3.1.1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0');
  return createOpenApiDocument(app, describe(builder).build());
}

/**
 * The OpenAPI 3.1 document of an application whose controllers name zod schemas (`@Body({ schema })`,
 * `@ApiOkResponse({ standardSchema })`). A schema with `.meta({ id: 'Reissue' })` becomes a component of that name.
 * Each call documents a problem document as its response to a failure.
 */
export function createOpenApiDocument(
  app: INestApplication,
  base: Omit<OpenAPIObject, 'paths'>,
): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, base, { standardSchemaConverter });
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
      if (operation)
        operation.responses['default'] = { description: 'Any other failure', content: problemContent };
    }
  }
  const problem = standardSchemaConverter(problemDocumentSchema, { schemaType: 'output' });
  const schemas = { ...document.components?.schemas, ...problem?.components } as Record<string, object>;
  return { ...document, openapi: '3.1.1', components: { ...document.components, schemas } };
}

/** Swagger's own converter uses the dialect of OpenAPI 3.0; OpenAPI 3.1 uses JSON Schema 2020-12. */
function standardSchemaConverter(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  if (!(schema instanceof z.ZodType)) return undefined;
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, { io: schemaType, unrepresentable: 'any' });
  const components = Object.fromEntries(
    Object.entries($defs).map(([id, { id: _, ...definition }]) => [id, definition]),
  );
  return { schema: root, components };
}
