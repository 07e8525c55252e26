import type { OperationKind, OperationParameters } from '#libs/domain';
import { digestOfJson } from '#libs/audit-proofs';

/** All of an operation that somebody reads before they confirm or approve it. */
export interface OperationContent {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly requestedBy: string;
  readonly parameters: OperationParameters;
  readonly reason: string;
  readonly items: readonly ContentItem[];
}

export interface ContentItem {
  readonly target: string;
  /** Which parking of the reissue is meant. */
  readonly parkSequence: number | null;
  readonly plan: Readonly<Record<string, unknown>>;
}

/**
 * What a confirmation and an approval are of: SHA-256 over the canonical JSON (RFC 8785) of everything that was shown,
 * hexadecimal. Whatever is changed afterwards, by whomever, is another operation.
 */
export function digestOfOperation(content: OperationContent): string {
  const { operationId, kind, requestedBy, parameters, reason, items } = content;
  const exactly = items.map(({ target, parkSequence, plan }) => ({ target, parkSequence, plan }));
  return digestOfJson({ operationId, kind, requestedBy, parameters, reason, items: exactly });
}
