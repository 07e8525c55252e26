import type { ProblemSlug } from '#libs/contracts';

/** The texts of one response in the OpenAPI document, in addition to its schema. */
export interface ResponseDocument {
  readonly description: string;
  /** The body as JSON; other media types are in `content`. */
  readonly example?: unknown;
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
  readonly headers?: Readonly<Record<string, { description: string; schema: object }>>;
}

/** The texts of one endpoint in the OpenAPI document, in addition to its schemas. */
export interface EndpointDocument {
  readonly tag:
    'Before starting' | 'Reissue' | 'Identity' | 'Password' | 'Terms' | 'Certificate' | 'Transfer';
  readonly summary: string;
  readonly description?: string;
  /** Example of a request body. */
  readonly request?: unknown;
  /** By status. */
  readonly responses: Readonly<Record<number, ResponseDocument>>;
  /** Problems of this endpoint, in addition to those of all endpoints of its kind. */
  readonly problems: readonly ProblemSlug[];
}
