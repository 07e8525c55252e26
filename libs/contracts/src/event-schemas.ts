import { z } from 'zod';
import { auditEventDataSchema, certificateEventDataSchema, reissueEventDataSchema } from './events.js';

/** The schemas of the data of events, by the second part of the types that have them. */
const schemas = {
  reissue: reissueEventDataSchema,
  certificate: certificateEventDataSchema,
  audit: auditEventDataSchema,
} as const;

/** Name of the JSON Schema of an event's data: `libs/contracts/schemas/<name>.json`. */
const schemaName = (kind: string) => `${kind}-event-data.v1`;

/** `dataschema` of a CloudEvent: the `$id` of the JSON Schema of its data. */
export const dataSchemaOf = (type: string): string =>
  `urn:reseal:schema:${schemaName(type.split('.')[1] ?? '')}`;

/** The JSON Schema of the data of each kind of event, by the name of its component in the documents. */
export const eventDataSchemas: Readonly<Record<string, object>> = Object.fromEntries(
  Object.values(schemas).map((schema) => [z.globalRegistry.get(schema)?.id ?? '', published(schema)]),
);

/** The JSON Schema files, by their names. */
export const eventSchemaFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(schemas).map(([kind, schema]) => {
    const file = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:reseal:schema:${schemaName(kind)}`,
      title: z.globalRegistry.get(schema)?.id,
      ...published(schema),
    };
    return [`${schemaName(kind)}.json`, `${JSON.stringify(file, null, 2)}\n`];
  }),
);

/** The schema as consumers see it. It is open, because members may be added within a version. */
function published(schema: z.ZodType): object {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  const { id: __, ...definition } = $defs[z.globalRegistry.get(schema)?.id ?? ''] ?? rest;
  const open = (key: string, value: unknown) => (key === 'additionalProperties' ? undefined : value);
  return JSON.parse(JSON.stringify(definition, open)) as object;
}
