import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly id: string;
}

/** A system of the bank that receives events over HTTP. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  /** The answer to a webhook. Undefined: never answers. */
  answer: (webhook: ReceivedWebhook) => { status: number; headers?: Record<string, string> } | undefined =
    () => ({ status: 204 });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = request.headers as Record<string, string>;
        const webhook = {
          headers,
          body: Buffer.concat(chunks).toString(),
          id: headers['webhook-id'] ?? '',
        };
        receiver.received.push(webhook);
        const answer = receiver.answer(webhook);
        if (answer) response.writeHead(answer.status, answer.headers).end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhooks`;
  }

  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
