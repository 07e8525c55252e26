import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidRequest } from './validation-pipe.js';

interface HeaderField {
  name: string;
  schema: z.ZodType;
}

const headerValue = createParamDecorator(async ({ name, schema }: HeaderField, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return schema.parseAsync(headers[name.toLowerCase()]).catch((error: unknown) => {
    throw error instanceof z.ZodError ? invalidRequest(error.issues, { type: 'header', data: name }) : error;
  });
});

/**
 * A header, validated and documented by its schema: `@HeaderValue('Idempotency-Key', IdempotencyKey) key: string`.
 * (Nest's own `@Headers` has no schema.)
 */
export function HeaderValue(name: string, schema: z.ZodType): ParameterDecorator {
  const { $schema: _, ...documented } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const required = !schema.safeParse(undefined).success;
  return (target, key, index) => {
    headerValue({ name, schema })(target, key, index);
    const method = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (!method || key === undefined) return;
    const { description = '' } = documented;
    ApiHeader({ name, required, description, schema: documented as object })(target, key, method);
  };
}
