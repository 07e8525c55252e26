import type { KeyType } from '#libs/ca';
import type { passwordRulesSchema, termsSchema } from '#libs/contracts';
import {
  publicReceiptKeys,
  termsInForce,
  type TermsCatalogue,
  type TermsLocale,
  type TermsStage,
} from '#libs/terms';
import { publicVaultKeys } from '#libs/vault';
import type { z } from 'zod';
import { describePasswordRules } from './password-rules.js';

/** What a client needs before it can start: keys to seal to, key types, terms, password rules. */
export class ReferenceData {
  readonly keys: ReturnType<typeof publicVaultKeys>;
  /** The keys that verify consent receipts. */
  readonly receiptKeys: ReturnType<typeof publicReceiptKeys>;
  readonly passwordRules: z.output<typeof passwordRulesSchema> = describePasswordRules();

  constructor(
    vaultKeys: Parameters<typeof publicVaultKeys>[0],
    receiptKeys: Parameters<typeof publicReceiptKeys>[0],
    private readonly catalogue: TermsCatalogue,
    private readonly clock: () => Date,
    /** The key types that the CA certifies, the preferred one first. */
    readonly keyTypes: readonly KeyType[],
  ) {
    this.keys = publicVaultKeys(vaultKeys);
    this.receiptKeys = publicReceiptKeys(receiptKeys);
  }

  terms(stage: TermsStage, locale: TermsLocale): z.output<typeof termsSchema>[] {
    return termsInForce(this.catalogue, stage, locale, this.clock());
  }
}
