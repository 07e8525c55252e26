import { operationStates, type OperationState } from '#libs/domain';
import { Select, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { call } from '../api/client.js';
import { OperationsTable } from '../components/operation-table.js';
import { Empty, Loading, MoreButton, PageTitle, ProblemAlert } from '../components/states.js';
import { useWords } from '../words/language.js';

const pageSize = 50;

/** All operations, newest first. */
export function OperationsPage(): ReactNode {
  const { operations, operationState, common } = useWords();
  const [search, setSearch] = useSearchParams();
  const state = operationStates.find((name) => name === search.get('state')) ?? null;
  return (
    <Stack>
      <PageTitle title={operations.title} />
      <Select
        label={operations.state}
        data={[
          { value: '', label: common.all },
          ...operationStates.map((value) => ({ value, label: operationState[value] })),
        ]}
        value={state ?? ''}
        onChange={(next) => setSearch(next ? { state: next } : {}, { replace: true })}
        allowDeselect={false}
        maw="16rem"
      />
      <List state={state} />
    </Stack>
  );
}

function List({ state }: { state: OperationState | null }): ReactNode {
  const { operations } = useWords();
  const found = useInfiniteQuery({
    queryKey: ['operations', 'list', state],
    queryFn: ({ pageParam, signal }) =>
      call('listOperations', {
        query: { ...(state ? { state: [state] } : {}), cursor: pageParam, limit: pageSize },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty title={operations.empty} text={operations.emptyText} />;
  return (
    <Stack>
      <OperationsTable label={operations.title} items={items} />
      <MoreButton list={found} />
    </Stack>
  );
}
