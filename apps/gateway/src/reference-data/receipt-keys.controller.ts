import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { ReferenceData } from './reference-data.js';

const receiptKeysSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'ReceiptKeys' });

/** Public, so that anyone can verify a receipt without an API key. */
@Controller('v1/receipt-keys')
export class ReceiptKeysController {
  constructor(private readonly data: ReferenceData) {}

  @Get()
  @Header('cache-control', 'public, max-age=300')
  @DocumentedEndpoint('getReceiptKeys', { 200: receiptKeysSchema })
  keys(): ReferenceData['receiptKeys'] {
    return this.data.receiptKeys;
  }
}
