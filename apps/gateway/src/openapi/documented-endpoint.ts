import { Documented } from '#libs/http';
import type { z } from 'zod';
import { operations, type OperationDocument, type OperationId } from './operations.js';

/** Documents a handler: the words that `operations` has for it, and the schemas of its responses by status. */
export function DocumentedEndpoint(
  operationId: OperationId,
  responses: Readonly<Record<number, z.ZodType>> = {},
): MethodDecorator {
  const { summary, description, tag }: OperationDocument = operations[operationId];
  return Documented(operationId, summary, responses, { description, tag });
}
