import { expect } from '@jest/globals';
import type { EvidenceBundle } from '../bundle.js';
import { verifyEvidence } from '../verify/verify-evidence.js';
import { reissueId, sampleEvidence, sealed } from './sample-evidence.js';

/** The evidence of a sample reissue, which each spec changes in its own way. */
export const sample = await sampleEvidence();
export const { bundle } = sample;

/** A time after the evidence was made. */
export const later = '2026-11-24T00:00:00.000Z';

/** Verifies evidence. @returns the kinds of findings, the entries that they name, and what is unproven */
export const found = async (changed: unknown, kept: readonly string[] = []) => {
  const { valid, findings, unproven } = await verifyEvidence(changed, sample.trust, kept);
  expect(valid).toBe(findings.length === 0);
  return {
    kinds: [...new Set(findings.map(({ kind }) => kind))].sort(),
    entries: findings.flatMap(({ entry }) => (entry?.sequence === undefined ? [] : [entry.sequence])),
    unproven: unproven.map(({ what }) => what),
  };
};

/** A bundle that an attacker with the audit key could make. */
export const forged = (change: (copy: EvidenceBundle) => void): Promise<EvidenceBundle> => {
  const copy = structuredClone(bundle);
  change(copy);
  return sealed(copy, sample.key);
};

/** An entry of the sample reissue in a copy of its evidence. */
export const own = (copy: EvidenceBundle, sequence: number) =>
  copy.entries.find((item) => item.stream === reissueId && item.sequence === sequence)!;
