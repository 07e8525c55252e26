import type { StaffRole } from '#libs/domain';
import { useSyncExternalStore } from 'react';
import { session, type Me, type SessionState } from './session.js';

export const useSession = (): SessionState => useSyncExternalStore(session.subscribe, session.current);

/** Who is signed in, for screens that only they see. */
export function useMe(): Me & { readonly is: (...roles: StaffRole[]) => boolean } {
  const state = useSession();
  const me = state.status === 'signed-in' ? state.me : { subject: '', name: '', roles: [] };
  return { ...me, is: (...roles) => roles.some((role) => me.roles.includes(role)) };
}
