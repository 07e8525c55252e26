import { z } from 'zod';

/** The web origins that may call the API with the key of each front end, by the front end's name. */
export type ApiOrigins = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * One entry of the setting: `<name of the front end>=<origin>`. The origin is written as browsers send it (RFC 6454
 * section 6.2), because it is compared as text. Therefore no wildcard, no `null` and no path is accepted.
 */
const entry = z.string().transform((text, context) => {
  const [, name, origin = ''] = /^([\w-]{1,64})=(https?:\/\/\S+)$/.exec(text) ?? [];
  if (
    name !== undefined &&
    URL.canParse(origin) &&
    new URL(origin).origin === origin &&
    !origin.includes('*')
  )
    return { name, origin };
  context.addIssue(
    'must be <name of an API key>=<origin as browsers send it>, such as app=https://app.bank.example: no path, no wildcard, not null',
  );
  return z.NEVER;
});

/** Reads the entries of the setting `RESEAL_API_ORIGINS`. */
export const apiOriginsSchema = z
  .array(entry)
  .transform(
    (entries): ApiOrigins =>
      new Map(
        [...Map.groupBy(entries, ({ name }) => name)].map(([name, ofName]) => [
          name,
          new Set(ofName.map(({ origin }) => origin)),
        ]),
      ),
  );
