import { readFileSync } from 'node:fs';
import type { Reissue } from '#libs/client';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Ref {
  readonly $ref?: string;
}
interface Parameter extends Ref {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface Content {
  readonly content?: Record<string, { schema: object; example?: unknown }>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Record<string, Content>;
  readonly security?: readonly Record<string, unknown>[];
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, object>>;
}

const credentials = { apiKey: 'x-api-key', accessToken: 'authorization' } as const;

/**
 * A fake gateway made from the OpenAPI document. It answers every call with the document's example, and records where a
 * call violates the document.
 */
export class ApiDocument {
  readonly called: string[] = [];
  readonly violations: string[] = [];
  readonly reissueId: string;
  readonly reissueToRegister: Reissue;
  private readonly document = JSON.parse(
    readFileSync('libs/contracts/openapi.json', 'utf8'),
  ) as unknown as Document;
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });

  constructor() {
    this.ajv.addSchema({ components: this.document.components }, 'document');
    const shown = this.exampleOf('getReissue') as Reissue;
    const issued = this.exampleOf('requestCertificate') as Reissue;
    this.reissueId = shown.id;
    this.reissueToRegister = {
      ...issued,
      next: { action: 'REGISTER', challenge: { challengeId: 'ch_1', toSign: 'eA' } },
    };
  }

  reset(): void {
    this.called.length = 0;
    this.violations.length = 0;
  }

  readonly fetch: typeof fetch = (input, init = {}) => {
    const url = new URL(input);
    const found = this.operationAt(init.method ?? 'GET', url.pathname);
    if (!found) throw new Error(`the document has no ${init.method} ${url.pathname}`);
    this.called.push(found.operationId);
    const fault = (what: string) => this.violations.push(`${found.operationId} ${what}`);
    const headers = new Headers(init.headers);
    for (const scheme of Object.keys(found.security?.[0] ?? {}) as (keyof typeof credentials)[])
      if (!headers.has(credentials[scheme])) fault(`lacks ${credentials[scheme]}`);
    for (const parameter of found.parameters ?? []) {
      const { name, in: place, required } = this.resolved(parameter);
      const given = place === 'header' ? headers.has(name) : place === 'query' && url.searchParams.has(name);
      if (required && place !== 'path' && !given) fault(`lacks ${name.toLowerCase()}`);
    }
    this.checkBody(found, init.body, headers, fault);
    return Promise.resolve(this.answer(found));
  };

  private checkBody(
    { requestBody }: Operation,
    body: unknown,
    headers: Headers,
    fault: (what: string) => void,
  ): void {
    const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
    if (!media) return void (body !== undefined && fault('has a body, but the document has none'));
    if (type === 'multipart/form-data')
      return void (body instanceof FormData || fault('has no form as its body'));
    if (headers.get('content-type') !== type) fault(`does not have the content type ${type}`);
    const absolute = JSON.stringify(media.schema).replaceAll('"#/components/', '"document#/components/');
    const validate = this.ajv.compile(JSON.parse(absolute) as object);
    if (!validate(JSON.parse(body as string))) fault(`body: ${this.ajv.errorsText(validate.errors)}`);
  }

  private answer({ operationId, responses }: Operation): Response {
    const [status, { content = {} }] = Object.entries(responses).find(([code]) => code.startsWith('2'))!;
    const [type = '', media] = Object.entries(content)[0] ?? [];
    if (type !== 'application/json')
      return new Response(null, { status: 200, headers: { 'content-type': type } });
    const body = media!.example ?? this.exampleOf(operationId);
    return Response.json(body, { status: Number(status) });
  }

  private exampleOf(id: string): unknown {
    const operation = Object.values(this.document.paths)
      .flatMap((item) => Object.values(item))
      .find(({ operationId }) => operationId === id)!;
    return operation.responses['200']!.content!['application/json']!.example;
  }

  private operationAt(method: string, pathname: string): Operation | undefined {
    for (const [template, item] of Object.entries(this.document.paths))
      if (new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname))
        if (item[method.toLowerCase()]) return item[method.toLowerCase()];
    return undefined;
  }

  private resolved<Value extends Ref>(value: Value): Value {
    if (value.$ref === undefined) return value;
    const [, , group, name] = value.$ref.split('/') as [string, string, string, string];
    return this.document.components[group]![name] as unknown as Value;
  }
}
