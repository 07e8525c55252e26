import { z } from 'zod';

const explicitKeys = z.registry<{ key: string }>();

/** Sets the environment variable of a field, if it does not follow from the property's name. */
export function fromKey<T extends z.ZodType>(key: string, schema: T): T {
  // A copy, so that two fields with different keys may share one schema.
  const copy = schema.clone();
  explicitKeys.add(copy, { key });
  return copy;
}

/** The environment variable of a property: `RESEAL_DATABASE_URL` for `databaseUrl`, unless {@link fromKey} sets another. */
export function environmentKey(property: string, field?: z.ZodType): string {
  const explicit = field && explicitKeys.get(field)?.key;
  return explicit ?? `RESEAL_${property.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
}
