import type { CertificateStatus, OperationState, State } from '#libs/domain';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';

type Tone = 'good' | 'bad' | 'wait' | 'calm';
/** A word in a colour that repeats its meaning. */
function ToneBadge({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return <span className={`tone tone-${tone}`}>{children}</span>;
}

const ended: Partial<Record<State, Tone>> = {
  REGISTERED: 'good',
  REJECTED: 'bad',
  WITHDRAWN: 'bad',
  ABANDONED: 'bad',
};
export function StateBadge({ state, parked }: { state: State; parked?: boolean }): ReactNode {
  const words = useWords();
  return (
    <ToneBadge tone={parked ? 'wait' : (ended[state] ?? 'calm')}>{words.state[state] ?? state}</ToneBadge>
  );
}

const operationTones: Partial<Record<OperationState, Tone>> = {
  AWAITING_APPROVAL: 'wait',
  RUNNING: 'wait',
  DONE: 'good',
  REJECTED: 'bad',
};
export function OperationBadge({ state }: { state: OperationState }): ReactNode {
  const words = useWords();
  return <ToneBadge tone={operationTones[state] ?? 'calm'}>{words.operationState[state] ?? state}</ToneBadge>;
}

const standingTones: Partial<Record<CertificateStatus, Tone>> = {
  VALID: 'good',
  ON_HOLD: 'wait',
  REVOKED: 'bad',
};
export function StandingBadge({ standing }: { standing: CertificateStatus }): ReactNode {
  const words = useWords();
  return (
    <ToneBadge tone={standingTones[standing] ?? 'calm'}>{words.standing[standing] ?? standing}</ToneBadge>
  );
}
