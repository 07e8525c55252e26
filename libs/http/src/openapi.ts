import type { INestApplication } from '@nestjs/common';
import { ApiResponse, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { problemMediaType } from './render-problem.js';

/** The problem document as clients see it (RFC 9457). */
export const problemDocumentSchema = z
  .looseObject({
    type: z.string().describe('Stable URI of the kind of problem: branch on this'),
    title: z.string().describe('The kind of problem in words, in the language asked for'),
    status: z.int().describe('HTTP status'),
    detail: z.string().optional().describe('This occurrence in words'),
    instance: z.string().optional().describe('Path of the request'),
    traceId: z.string().describe('Names the request in our logs'),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().describe('JSON Pointer into the body, as a URI fragment'),
          parameter: z.string().optional(),
          in: z.enum(['query', 'path', 'header']).optional(),
          code: z.string().optional().describe('Stable, where faults are told apart by it'),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Every fault of the input'),
  })
  .meta({ id: 'Problem' });

const problemContent = { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } };

/** Documents that a call may answer with a problem of this status. */
export const ApiProblem = (status: number, description: string): MethodDecorator & ClassDecorator =>
  ApiResponse({ status, description, content: problemContent });

/**
 * The OpenAPI 3.1 document of an application whose controllers name zod schemas (`@Body({ schema })`,
 * `@ApiOkResponse({ standardSchema })`). A schema with `.meta({ id: 'Reissue' })` becomes a component of that name.
 * Every call is documented to answer a problem document when it fails.
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

/** Swagger itself would ask zod for OpenAPI 3.0's dialect; OpenAPI 3.1 speaks JSON Schema 2020-12. */
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
