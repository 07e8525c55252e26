import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CertificateKey } from '#libs/client';

/** The number of phones kept; the oldest is dropped first. */
const mostPhones = 1_000;

/** The data of a customer's phone: a key pair, in memory only. */
@Injectable()
export class Phones {
  private readonly keys = new Map<string, CertificateKey>();

  /** Creates a phone with a new key pair. */
  async make(): Promise<{ phoneId: string; key: CertificateKey }> {
    const [phoneId, key] = [randomUUID(), await CertificateKey.make()];
    this.keys.set(phoneId, key);
    for (const oldest of this.keys.keys()) if (this.keys.size > mostPhones) this.keys.delete(oldest);
    return { phoneId, key };
  }

  find(phoneId: string): CertificateKey | undefined {
    return this.keys.get(phoneId);
  }
}
