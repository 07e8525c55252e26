import { readFileSync } from 'node:fs';
import { type z } from 'zod';
import { derivationOf } from './derived.js';
import { environmentKey } from './environment-key.js';
import { formOf } from './setting-form.js';

/** Exit code of a process whose configuration is invalid: EX_CONFIG of sysexits(3). */
export const configExitCode = 78;

/** The configuration is invalid. The message has one line for each key that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(['The configuration is not usable:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/**
 * Reads an application's configuration from the environment, once.
 *
 * A property `databaseUrl` is read from `RESEAL_DATABASE_URL`, or from the file that `RESEAL_DATABASE_URL_FILE` names.
 * An empty variable counts as missing. Error messages contain no values. A port that Kubernetes set for a Service of the
 * same name is ignored, with a warning.
 *
 * @param warn gets each warning as one line
 * @throws {ConfigError} that names every missing or invalid variable
 */
export function loadConfig<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  env: NodeJS.ProcessEnv = process.env,
  warn: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): z.output<z.ZodObject<Shape>> {
  const problems: string[] = [];
  const unreadable = new Set<string>();
  const raw: Record<string, string> = {};
  for (const [property, field] of Object.entries(schema.shape)) {
    const key = environmentKey(property, field as z.ZodType);
    try {
      const value = valueOf(key, env);
      if (value === undefined) continue;
      if (isServiceLink(field as z.ZodType, value)) warn(serviceLinkWarning(key));
      else raw[property] = value;
    } catch (error) {
      problems.push((error as Error).message);
      unreadable.add(property);
    }
  }
  const result = schema.safeParse(raw);
  if (result.success && problems.length === 0) return derived(schema, result.data);
  for (const issue of result.error?.issues ?? []) {
    const [property, ...inner] = issue.path.map(String);
    if (property === undefined) {
      problems.push(issue.message);
    } else if (!unreadable.has(property)) {
      const key = environmentKey(property, schema.shape[property] as z.ZodType | undefined);
      const missing = raw[property] === undefined;
      const where = inner.length > 0 ? `${key} (${inner.join('.')})` : key;
      problems.push(
        missing
          ? `${key} is missing (${key}_FILE may name a file that holds it)`
          : `${where}: ${issue.message}`,
      );
    }
  }
  throw new ConfigError(problems);
}

/** The configuration with the values that depend on other settings. */
function derived<Config extends object>({ shape }: z.ZodObject, config: Config): Config {
  const problems: string[] = [];
  const values = { ...config } as Record<string, unknown>;
  for (const [property, field] of Object.entries(shape) as [string, z.ZodType][])
    try {
      const derive = derivationOf(field);
      if (derive) values[property] = derive(values[property] as never, config as Record<string, unknown>);
    } catch (error) {
      problems.push(`${environmentKey(property, field)}: ${(error as Error).message}`);
    }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
}

/** Returns the result of `load`. A ConfigError is written to stderr, and the process exits with code 78. */
export function exitOnConfigError<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}

/**
 * Whether Kubernetes set this variable. For a Service `reseal-status`, it sets `RESEAL_STATUS_PORT=tcp://10.0.0.1:80` in
 * all pods of the namespace, unless they have `enableServiceLinks: false`.
 */
const isServiceLink = (field: z.ZodType, value: string): boolean =>
  formOf(field).unit === 'port' && /^(tcp|udp|sctp):\/\//.test(value);

const serviceLinkWarning = (key: string): string =>
  `${key} is ignored, and the default port used: Kubernetes set it for a Service of this name. ` +
  'Set enableServiceLinks: false in the pod.';

function valueOf(key: string, env: NodeJS.ProcessEnv): string | undefined {
  const direct = env[key] || undefined;
  const file = env[`${key}_FILE`] || undefined;
  if (direct !== undefined && file !== undefined)
    throw new Error(`${key} and ${key}_FILE are both set: only one may be`);
  if (file === undefined) return direct;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    throw new Error(`${key}_FILE: ${file} is not readable (${(error as NodeJS.ErrnoException).code})`);
  }
}
