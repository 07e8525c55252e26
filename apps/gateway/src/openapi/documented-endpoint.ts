import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { operations, type OperationDocument, type OperationId } from './operations.js';

/** Documents a method: what `operations` says of it, and the schemas of its answers by status. */
export function Documented(
  operationId: OperationId,
  { answers }: { answers: Readonly<Record<number, z.ZodType>> },
): MethodDecorator {
  const { summary, description, tag }: OperationDocument = operations[operationId];
  return applyDecorators(
    ApiOperation({ operationId, summary, tags: [tag], ...(description ? { description } : {}) }),
    ...Object.entries(answers).map(([status, standardSchema]) =>
      ApiResponse({ status: Number(status), standardSchema }),
    ),
  );
}
