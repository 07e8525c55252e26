import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/**
 * Documents the route of a handler in the application's OpenAPI document.
 *
 * @param operationId unique in the document; clients name their methods after it
 * @param summary what the route does, in a few words
 * @param responses by status: the schema of the body, or a description if there is no body
 */
export function Documented(
  operationId: string,
  summary: string,
  responses: Readonly<Record<number, z.ZodType | string>>,
  { description, tag }: { readonly description?: string | undefined; readonly tag?: string } = {},
): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      ...{ operationId, summary },
      ...(description ? { description } : {}),
      ...(tag ? { tags: [tag] } : {}),
    }),
    ...Object.entries(responses).map(([status, response]) =>
      ApiResponse({
        status: Number(status),
        ...(typeof response === 'string' ? { description: response } : { standardSchema: response }),
      }),
    ),
  );
}
