import { decideRisk, riskAnswerSchema, riskFactsSchema, riskPolicySchema, type RiskPolicy } from '#libs/risk';
import type { BundleEntry, EvidenceBundle } from '../bundle.js';
import { digestOfJson, digestOfText, type LoggedEntry } from '../entry.js';
import { NotIJson, readIJson } from '../parsing/i-json.js';
import type { EntryPosition, FindingCollector } from './report.js';

const placeOf = ({ stream, sequence }: LoggedEntry): EntryPosition => ({ stream, sequence });

/**
 * Computes each risk decision again, from the policy, the facts and the provider's answer that its entry records, and
 * compares. A certificate may not have been issued against the last decision.
 */
export function verifyRisk(
  { reissueId, entries, riskPolicies = [] }: EvidenceBundle,
  report: FindingCollector,
): void {
  const texts = new Map(riskPolicies.map((text) => [digestOfText(text), text]));
  const used = new Set<string>();
  let last: LoggedEntry | undefined;
  for (const item of entries) {
    const { entry } = item;
    if (!entry || entry.stream !== reissueId) continue;
    if (entry.action === 'issue' && (last?.outcome === 'REFUSE' || last?.outcome === 'STEP_UP'))
      report.finding('RISK_ALTERED', 'a certificate was issued against the risk decision', placeOf(last));
    if (entry.action !== 'decideRisk') continue;
    last = entry;
    const digest = String(entry.details['policy']);
    used.add(digest);
    computeAgain(item, entry, texts.get(digest), report);
  }
  for (const digest of texts.keys())
    if (!used.has(digest)) report.finding('RISK_ALTERED', 'no decision was made by one of the risk policies');
}

function computeAgain(
  { personal }: BundleEntry,
  entry: LoggedEntry,
  text: string | undefined,
  report: FindingCollector,
): void {
  const place = placeOf(entry);
  if (text === undefined)
    return report.finding('RECORD_MISSING', 'the risk policy of the decision is missing', place);
  const policy = policyIn(text);
  if (!policy) return report.finding('RISK_ALTERED', 'the text is not a risk policy', place);
  if (!personal)
    return report.notProven(
      'RISK',
      'the facts about the person are missing, so it cannot be computed',
      place,
    );
  const facts = riskFactsSchema.safeParse(merged(entry.details['facts'], parsed(personal.content)));
  const answer = riskAnswerSchema.optional().safeParse(entry.details['answer']);
  if (!facts.success || !answer.success)
    return report.finding('RISK_ALTERED', 'the recorded facts of the decision cannot be read', place);

  const { outcome, by } = decideRisk(policy, facts.data, answer.data);
  const recorded = { decided: entry.details['decided'] ?? null, outcome: entry.outcome, by: entry.reason };
  const computed = { decided: outcome, outcome: outcome.outcome, by };
  if (digestOfJson(recorded) !== digestOfJson(computed))
    report.finding(
      'RISK_ALTERED',
      `the policy decides ${JSON.stringify(computed)}, but the entry records ${JSON.stringify(recorded)}`,
      place,
    );
}

function policyIn(text: string): RiskPolicy | undefined {
  return riskPolicySchema.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return readIJson(text);
  } catch (error) {
    if (error instanceof NotIJson) return undefined;
    throw error;
  }
}

const merged = (facts: unknown, personal: unknown): unknown =>
  isObject(facts) && isObject(personal) ? { ...facts, ...personal } : undefined;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
