import { Group, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.js';
import { ActButtons } from '../operation-dialog/act-buttons.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { ReissuesTable } from '../components/reissue-table.js';
import { Empty, Loading, MoreButton, PageTitle, ProblemAlert } from '../components/states.js';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';
import { FindBox } from './find-box.js';
import { FindCaller } from './find-caller.js';
import { FilterForm } from './filter-form.js';
import { useFilters, type Filters } from './filters.js';

const pageSize = 50;

/** Filtered reissues, with operations on those that are selected. */
export function ReissuesPage(): ReactNode {
  const { reissues } = useWords();
  const filters = useFilters();
  const me = useMe();
  // A phone shows little at a time: the list is what people come for.
  const phone = useMediaQuery('(max-width: 48em)');
  const form = (
    <Card key="filters" title={reissues.filter}>
      <FilterForm filters={filters} />
    </Card>
  );
  const list = <List key={filters.asQuery} filters={filters} />;
  return (
    <Stack>
      <Group justify="space-between" align="end">
        <PageTitle title={reissues.title} />
        <Group align="end">
          <FindBox />
          {me.is('operator') && <FindCaller />}
        </Group>
      </Group>
      {phone ? [list, form] : [form, list]}
    </Stack>
  );
}

function List({ filters }: { filters: Filters }): ReactNode {
  const { reissues } = useWords();
  const me = useMe();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const found = useInfiniteQuery({
    queryKey: ['reissues', 'list', filters.asQuery],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams(filters.asQuery);
      query.set('limit', String(pageSize));
      if (pageParam) query.set('cursor', pageParam);
      return call('listReissues', { query, signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (found.isError && !found.data)
    return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty title={reissues.empty} text={reissues.emptyText} />;
  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))));
  const operator = me.is('operator');
  return (
    <Stack>
      <Group justify="space-between">
        <Counted filters={filters} />
        {operator && <Acts filters={filters} chosen={[...chosen]} />}
      </Group>
      {found.isError && <ProblemAlert error={found.error} retry={() => void found.refetch()} />}
      <ReissuesTable
        label={reissues.title}
        items={items}
        {...(operator ? { selection: { ids: chosen, choose } } : {})}
      />
      <MoreButton list={found} />
    </Stack>
  );
}

function Counted({ filters }: { filters: Filters }): ReactNode {
  const { common } = useWords();
  const format = useFormat();
  const counted = useQuery({
    queryKey: ['reissue-counts', 'list', filters.asQuery],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams(filters.asQuery);
      query.delete('sort');
      return call('countReissues', { query, signal });
    },
  });
  if (!counted.data) return <span />;
  const { count, exact } = counted.data;
  return (
    <Text role="status">
      {exact ? common.items(format.number(count)) : common.atLeast(format.number(count))}
    </Text>
  );
}

/** Operations on the selected reissues; without a selection, on all that match the filters. */
function Acts({ filters, chosen }: { filters: Filters; chosen: readonly string[] }): ReactNode {
  const { reissues } = useWords();
  const kinds = ['retry', 'abandon', 'withdraw'] as const;
  if (chosen.length > 0)
    return (
      <Group gap="xs">
        <Text size="sm">{reissues.selected(chosen.length)}</Text>
        <ActButtons kinds={kinds} selection={{ reissueIds: chosen }} count={chosen.length} />
      </Group>
    );
  if (!filters.any) return null;
  return <ActButtons kinds={['retry', 'abandon']} selection={{ filter: filters.asFilter }} />;
}
