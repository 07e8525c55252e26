import { useFlow } from '../flow/use-flow.js';

/** What the gateway refused of the last call. */
export function useRefused() {
  const { failure } = useFlow();
  const problem = failure && 'slug' in failure ? failure : undefined;
  const errors = problem?.document.errors ?? [];
  return {
    /** Whether it refused the call with this problem. */
    as: (slug: string): boolean => problem?.slug === slug,
    /** Its errors about the value at a JSON pointer into the body. */
    at: (pointer: string) => errors.filter((error) => error.pointer === pointer),
  };
}
