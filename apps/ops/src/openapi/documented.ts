import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** Documents a call: its operationId, what it does in a few words, and the schemas of its answers by status. */
export function Documented(
  operationId: string,
  summary: string,
  answers: Readonly<Record<number, z.ZodType | string>>,
  description?: string,
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary, ...(description ? { description } : {}) }),
    ...Object.entries(answers).map(([status, answer]) =>
      ApiResponse({
        status: Number(status),
        ...(typeof answer === 'string' ? { description: answer } : { standardSchema: answer }),
      }),
    ),
  );
}
