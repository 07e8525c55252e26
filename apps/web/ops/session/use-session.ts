import type { StaffRole } from '#libs/domain';
import { useSyncExternalStore } from 'react';
import type { Me } from '../api/types.js';
import { session, type SessionState } from './session.js';

export const useSession = (): SessionState => useSyncExternalStore(session.subscribe, session.current);

/** The person who is signed in, and whether they have one of some roles. */
export function useMe(): Me & { readonly is: (...roles: StaffRole[]) => boolean } {
  const state = useSession();
  const me = state.status === 'signed-in' ? state.me : { subject: '', name: '', roles: [] };
  return { ...me, is: (...roles) => roles.some((role) => me.roles.includes(role)) };
}
