import { Documented } from '#libs/http';
import type { z } from 'zod';
import type { EndpointDocument } from './endpoint-document.js';
import { endpoints, type GatewayEndpointId } from './endpoints.js';

/** Documents a handler with the texts of `endpoints`. @param schemas of its responses, by status */
export function DocumentedEndpoint(
  id: GatewayEndpointId,
  schemas: Readonly<Record<number, z.ZodType>> = {},
): MethodDecorator {
  const { summary, description, tag }: EndpointDocument = endpoints[id];
  return Documented(id, summary, schemas, { description, tag });
}
