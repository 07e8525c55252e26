import type { StepContext } from '#activities/step';
import type { ReceiptSigner, TermsCatalogue } from '#libs/terms';

export interface ConsentContext extends StepContext {
  readonly terms: TermsCatalogue;
  readonly receipts: ReceiptSigner;
}
