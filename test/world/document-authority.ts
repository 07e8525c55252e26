import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface DocumentCheck {
  readonly transactionId: string;
  readonly attemptId: string;
  readonly name: string;
  readonly type: string;
  readonly rrn: string;
  readonly issuedOn: string;
  readonly licenceNumber?: string;
  /** JPEG in base64. */
  readonly photo: string;
}

/** The authority for identity documents, over HTTP. It judges each attempt once, and can lose its answers. */
export class HttpDocumentAuthority {
  readonly checks: DocumentCheck[] = [];
  readonly calls: string[] = [];
  fault: 'none' | 'lost' | 'down' = 'none';
  private readonly genuine = new Map<string, string>();
  private readonly answers = new Map<string, object>();
  private readonly server = createServer((request, response) => void this.handle(request, response));

  /** Makes the document with this number genuine. It proves this CI. */
  knows({ rrn }: { readonly rrn: string }, ci: string): void {
    this.genuine.set(rrn, ci);
  }

  /** @returns the base URL of its API */
  async listen(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/document`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.calls.push(request.method ?? '');
    if (this.fault === 'down') return void response.writeHead(503).end();
    if (request.method === 'GET') {
      const answer = this.answers.get(request.url?.split('/').at(-1) ?? '');
      return answer ? json(response, answer) : void response.writeHead(404).end();
    }
    const check = JSON.parse(Buffer.concat(chunks).toString()) as DocumentCheck;
    this.checks.push(check);
    const ci = this.genuine.get(check.rrn);
    const answer = ci ? { status: 'MATCHED', ci } : { status: 'MISMATCHED', finding: 'NO_SUCH_PERSON' };
    this.answers.set(check.attemptId, this.answers.get(check.attemptId) ?? answer);
    if (this.fault === 'lost') return void request.socket.destroy();
    json(response, this.answers.get(check.attemptId)!);
  }
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
