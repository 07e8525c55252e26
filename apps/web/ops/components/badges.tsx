import type { CertificateStatus, OperationState, State } from '#libs/domain';
import type { ReactNode } from 'react';
import type { Figures } from '../api/types.js';
import { useWords } from '../words/language.js';

type Tone = 'good' | 'bad' | 'wait' | 'calm' | 'parked';
/** A word with a shape and a colour that repeat its meaning. */
export function ToneBadge({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
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
    <ToneBadge tone={parked ? 'parked' : (ended[state] ?? 'calm')}>
      {parked ? words.reissues.parkedIn(words.state[state]) : words.state[state]}
    </ToneBadge>
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

type Health = Figures['providers'][number]['health'] | Figures['issuers'][number]['health'];
const healthTones: Record<Health, Tone> = {
  GOOD: 'good',
  TROUBLED: 'bad',
  IDLE: 'calm',
  EXPIRES_SOON: 'wait',
  CRL_LATE: 'bad',
};
export function HealthBadge({ health }: { health: Health }): ReactNode {
  const { healthWords } = useWords();
  return <ToneBadge tone={healthTones[health]}>{healthWords[health]}</ToneBadge>;
}
