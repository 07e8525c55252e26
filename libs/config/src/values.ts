import { z } from 'zod';
import { withForm } from './setting-form.js';

/** A passphrase or PIN. No part of its value is ever shown. */
export const secretText = () => withForm(z.string().min(1), { secret: true, opaque: true });

/** A whole number with its default and bounds. */
export const integer = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/** A number of things, with its default and bounds. */
export const count = (fallback: number, bounds?: { readonly min?: number; readonly max?: number }) =>
  withForm(integer(fallback, bounds), { unit: 'number' });

/** A duration in milliseconds, with its default and bounds. */
export const milliseconds = (fallback: number, bounds?: { readonly min?: number; readonly max?: number }) =>
  withForm(integer(fallback, bounds), { unit: 'ms' });

/**
 * A rate limit with its default, written `<burst>/<interval>`: `burst` calls at once, then one more each interval.
 *
 * @example `20/60000`: 20 calls at once, then one more each minute
 */
export const rateLimit = ({ burst, everyMs }: { readonly burst: number; readonly everyMs: number }) =>
  withForm(
    z
      .string()
      .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,8}$/, 'must be <burst>/<interval in milliseconds>')
      .transform((text) => {
        const [burst = 0, everyMs = 0] = text.split('/').map(Number);
        return { burst, everyMs };
      })
      .prefault(`${burst}/${everyMs}`),
    { unit: 'calls at once/ms until one more' },
  );

/** A TCP port with its default; 0 lets the system choose. */
export const port = (fallback: number) => withForm(integer(fallback, { max: 65_535 }), { unit: 'port' });

/** `true` or `false`, with its default. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

/** A list separated by commas. */
export const list = withForm(
  z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
  { unit: 'list, separated by commas' },
);

/** An absolute URL with one of the given schemes (without the colon). */
export const url = (...schemes: string[]) =>
  withForm(
    z.string().refine((text) => schemes.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ''), {
      message: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    }),
    { unit: `URL (${schemes.join(', ')})` },
  );

/** Absolute URLs separated by commas: at least one, without duplicates. */
export const urls = (...schemes: string[]) =>
  withForm(
    list.pipe(
      z
        .array(url(...schemes))
        .min(1)
        .refine((all) => new Set(all.map((each) => URL.parse(each)?.href)).size === all.length, {
          message: 'must not name a URL twice',
        }),
    ),
    { unit: `URLs (${schemes.join(', ')}), separated by commas` },
  );

/** A secret of exactly `bytes` bytes, written in base64. */
export const secretBytes = (bytes: number) =>
  withForm(
    z.string().transform((text, context) => {
      const value = Buffer.from(text, 'base64');
      if (value.length === bytes) return value;
      context.addIssue({ code: 'custom', message: `must be ${bytes} bytes in base64` });
      return z.NEVER;
    }),
    { unit: `${bytes} bytes in base64`, secret: true },
  );

/** A JSON document. Error texts do not quote it, because it may hold a key. */
export const json = <T extends z.ZodType>(schema: T) =>
  withForm(
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
      .pipe(schema as z.ZodType<z.output<T>, unknown>),
    { unit: 'JSON' },
  );

/** JSON Web Key Set (RFC 7517 section 5) whose keys carry a `kid`. */
export const jsonWebKeySet = withForm(
  json(z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) })),
  { unit: 'JWK Set' },
);

/** One JSON Web Key (RFC 7517) with a `kid`. */
export const jsonWebKey = withForm(json(z.looseObject({ kty: z.string(), kid: z.string() })), {
  unit: 'JWK',
});
