import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { z } from 'zod';
import { edgeProblem } from './edge-problems.js';
import type { InputFault } from './problem-error.js';

type Issue = {
  message: string;
  path: readonly PropertyKey[];
  code?: string;
  errors?: readonly (readonly Issue[])[];
};
const korean = z.locales.ko().localeError;

/**
 * Validates the arguments of `@Body({ schema })`, `@Query({ schema })`, `@Param({ schema })` and `@Headers({ schema })` by
 * their zod schemas, and passes on the output. All faults are listed in one 422 `invalid-request`.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!(schema instanceof z.ZodType) || !this.toValidate(metadata)) return super.transform(value, metadata);
    this.stripProtoKeys(value);
    const result = await schema.safeParseAsync(value);
    if (result.success) return result.data as T;
    const inKorean = await schema.safeParseAsync(value, { error: korean });
    throw invalidRequest(result.error.issues, metadata, inKorean.error?.issues);
  }
}

/** 422 `invalid-request` with the issues of a zod schema, for input that no pipe validates (e.g. an opened envelope). */
export function invalidRequest(
  issues: readonly Issue[],
  metadata: { type: ArgumentMetadata['type'] | 'header'; data?: string | undefined } = { type: 'body' },
  inKorean: readonly Issue[] = issues,
): Error {
  const koreanIssues = inKorean.flatMap(closest);
  const errors = issues.flatMap(closest).map((issue, index): InputFault => {
    const message = { en: issue.message, ko: koreanIssues[index]?.message ?? issue.message };
    const path = metadata.data === undefined ? issue.path : [metadata.data, ...issue.path];
    if (metadata.type === 'body' || metadata.type === 'custom') return { pointer: pointerTo(path), message };
    return {
      parameter: path.map(String).join('.'),
      in: metadata.type === 'param' ? 'path' : metadata.type,
      message,
    };
  });
  return edgeProblem('invalid-request', { errors });
}

/** The issues of the member of a union that has the fewest: the value is closest to this member. */
function closest(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return [issue];
  const [fewest] = issue.errors.toSorted((one, other) => one.length - other.length);
  return fewest!.flatMap(closest).map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

/** JSON Pointer as a URI fragment (RFC 6901 section 6), as RFC 9457 section 3 shows it: `#/consents/0/agreed`. */
export function pointerTo(path: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return ['#', ...parts].join('/');
}
