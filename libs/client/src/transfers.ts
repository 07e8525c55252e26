import { toBase64url } from './encoding.js';
import type { Transfer } from './generated/types.gen.js';
import type { CallOptions, PostOptions, Transport } from './transport.js';

/**
 * Transfers of a certificate between two devices of its holder. They agree on a key by CPace, and the gateway passes on
 * their public shares (32 bytes) and encrypted content. Each call returns the transfer as this device sees it, and throws
 * `ReissueProblem` with `transfer-over` if it has expired, was joined by another device, or never existed.
 */
export class Transfers {
  /** @internal `ResealClient` creates it */
  constructor(private readonly transport: Transport) {}

  /** Opens a transfer, as the sending device. */
  open(share: Uint8Array, options: PostOptions = {}): Promise<Transfer> {
    return this.transport.json('openTransfer', { body: { share: toBase64url(share) }, ...options });
  }

  /** Joins the transfer in a box, as the receiving device. */
  join(box: string, share: Uint8Array, options: PostOptions = {}): Promise<Transfer> {
    return this.transport.json('joinTransfer', { body: { box, share: toBase64url(share) }, ...options });
  }

  show(transferId: string, options: CallOptions = {}): Promise<Transfer> {
    return this.transport.json('getTransfer', { path: { transferId }, ...options });
  }

  /** Sends content that is encrypted for the receiving device, once it has joined. */
  send(transferId: string, content: Uint8Array, options: PostOptions = {}): Promise<Transfer> {
    const body = { content: toBase64url(content) };
    return this.transport.json('sendTransfer', { path: { transferId }, body, ...options });
  }

  /** Ends the transfer, as either device; the content is deleted. */
  end(transferId: string, outcome: 'RECEIVED' | 'FAILED', options: PostOptions = {}): Promise<Transfer> {
    return this.transport.json('endTransfer', { path: { transferId }, body: { outcome }, ...options });
  }
}
