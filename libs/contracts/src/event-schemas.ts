import { z } from 'zod';
import { customerEventDataSchema } from './customer-events.js';
import { auditEventDataSchema, certificateEventDataSchema, reissueEventDataSchema } from './events.js';

/** The schemas of the data of published events, by the second part of the types that have them. */
const publishedSchemas = {
  reissue: reissueEventDataSchema,
  certificate: certificateEventDataSchema,
  audit: auditEventDataSchema,
} as const;

/** Likewise of received events. */
const receivedSchemas = { customer: customerEventDataSchema } as const;

/** Name of the JSON Schema of an event's data: `libs/contracts/schemas/<name>.json`. */
const schemaName = (kind: string) => `${kind}-event-data.v1`;

/** `dataschema` of a CloudEvent: the `$id` of the JSON Schema of its data. */
export const dataSchemaOf = (type: string): string =>
  `urn:reseal:schema:${schemaName(type.split('.')[1] ?? '')}`;

/** The JSON Schema of the data of each kind of published event, by the name of its component in the documents. */
export const eventDataSchemas = componentsOf(publishedSchemas);

/** Likewise of received events. */
export const receivedDataSchemas = componentsOf(receivedSchemas);

function componentsOf(schemas: Readonly<Record<string, z.ZodType>>): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.values(schemas).map((schema) => [z.globalRegistry.get(schema)?.id ?? '', published(schema)]),
  );
}

/** The JSON Schema files, by their names. */
export const eventSchemaFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...publishedSchemas, ...receivedSchemas }).map(([kind, schema]) => {
    const file = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:reseal:schema:${schemaName(kind)}`,
      title: z.globalRegistry.get(schema)?.id,
      ...published(schema),
    };
    return [`${schemaName(kind)}.json`, `${JSON.stringify(file, null, 2)}\n`];
  }),
);

/** The schema as others see it. It is open, because members may be added within a version. */
function published(schema: z.ZodType): object {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  const { id: __, ...definition } = $defs[z.globalRegistry.get(schema)?.id ?? ''] ?? rest;
  const open = (key: string, value: unknown) => (key === 'additionalProperties' ? undefined : value);
  return JSON.parse(JSON.stringify(definition, open)) as object;
}
