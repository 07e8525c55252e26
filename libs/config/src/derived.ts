import { z } from 'zod';

type Config = Readonly<Record<string, unknown>>;
type Derivation = (value: never, config: Config) => unknown;

const derivations = z.registry<{ derive: Derivation }>();

/**
 * A copy of a schema whose value depends on other settings. `loadConfig` replaces the value with that of `derive` once all
 * settings are valid. An error of `derive` is a problem of this setting.
 */
export function derivedFrom<T extends z.ZodType>(
  schema: T,
  derive: (value: z.output<T>, config: Config) => z.output<T>,
): T {
  const copy = schema.clone();
  derivations.add(copy, { derive });
  return copy;
}

/** The derivation of a setting, if it has one. */
export const derivationOf = (schema: z.ZodType): Derivation | undefined => derivations.get(schema)?.derive;
