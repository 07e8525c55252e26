import { z } from 'zod';

const secrets = new WeakSet<z.ZodType>();

/** A passphrase or the like, which is shown to nobody. */
export function secretText() {
  const schema = z.string().min(1);
  secrets.add(schema);
  return schema;
}

/** Whether a setting, optional or not, is a {@link secretText}. */
export const isSecret = (schema: z.ZodType): boolean =>
  secrets.has(schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema);

/** A duration in milliseconds, with its default. */
export const milliseconds = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

/** A whole number with its default and bounds. */
export const integer = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/**
 * How often something may be done: `<at once>/<milliseconds after which once more>`, with its default.
 *
 * @example `20/60000`: twenty times at once, and once more each minute
 */
export const rateLimit = (fallback: { readonly burst: number; readonly everyMs: number }) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,8}$/, 'must be <at once>/<milliseconds after which once more>')
    .transform((text) => {
      const [burst = 0, everyMs = 0] = text.split('/').map(Number);
      return { burst, everyMs };
    })
    .default(fallback);

/** A TCP port with its default; 0 lets the system choose. */
export const port = (fallback: number) => integer(fallback, { max: 65_535 });

/** `true` or `false`, with its default. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

/** A list separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** An absolute URL with one of the given schemes (without the colon). */
export const url = (...schemes: string[]) =>
  z.string().refine((text) => schemes.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ''), {
    message: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  });

/** Absolute URLs separated by commas, at least one and none twice. */
export const urls = (...schemes: string[]) =>
  list.pipe(
    z
      .array(url(...schemes))
      .min(1)
      .refine((all) => new Set(all.map((each) => URL.parse(each)?.href)).size === all.length, {
        message: 'must not name a URL twice',
      }),
  );

/** A secret of exactly `bytes` bytes, written in base64. */
export const secretBytes = (bytes: number) =>
  z.string().transform((text, context) => {
    const value = Buffer.from(text, 'base64');
    if (value.length === bytes) return value;
    context.addIssue({ code: 'custom', message: `must be ${bytes} bytes in base64` });
    return z.NEVER;
  });

/** A JSON document; what is wrong with it is told without quoting it, because it may hold a key. */
export const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema as z.ZodType<z.output<T>, unknown>);

/** JSON Web Key Set (RFC 7517 section 5) whose keys carry a `kid`. */
export const jsonWebKeySet = json(
  z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) }),
);

/** One JSON Web Key (RFC 7517) with a `kid`. */
export const jsonWebKey = json(z.looseObject({ kty: z.string(), kid: z.string() }));
