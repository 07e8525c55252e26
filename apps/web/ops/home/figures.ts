import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { call } from '../api/client.js';
import type { Figures } from '../api/types.js';

const refetchMs = 30_000;

/** The figures of the home page. The API answers all consoles from the same ones for some seconds. */
export const useFigures = (): UseQueryResult<Figures> =>
  useQuery({
    queryKey: ['figures'],
    queryFn: ({ signal }) => call('getFigures', { signal }),
    refetchInterval: refetchMs,
  });
