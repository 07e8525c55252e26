import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { OperationsTable } from '../components/operation-table.js';
import { ReissuesTable } from '../components/reissue-table.js';
import { Empty, Loaded, Loading, PageTitle } from '../components/states.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { useFigures } from './figures.js';
import { SystemsCard } from './systems-card.js';

const shown = 10;

// No other page needs the library that draws charts.
const Charts = lazy(async () => ({ default: (await import('./charts.js')).Charts }));

/** The open work: parked reissues, oldest first, and operations that await approval or run; and how the day goes. */
export function HomePage(): ReactNode {
  const { home } = useWords();
  return (
    <Stack>
      <PageTitle title={home.title} />
      <ParkedBySteps />
      <Systems />
      <Parked />
      <Operations state="AWAITING_APPROVAL" title={home.approvals} none={home.noneToApprove} />
      <Operations state="RUNNING" title={home.running} none={home.noneRunning} />
      <HowItGoes />
    </Stack>
  );
}

function Systems(): ReactNode {
  return <Loaded of={useFigures()}>{(figures) => <SystemsCard figures={figures} />}</Loaded>;
}

/** Charts of today and of the last days. */
function HowItGoes(): ReactNode {
  const figures = useFigures();
  return (
    figures.data && (
      <Suspense fallback={<Loading />}>
        <Charts figures={figures.data} />
      </Suspense>
    )
  );
}

/** The number of parked reissues by step, each with a link to the list. */
function ParkedBySteps(): ReactNode {
  const { home, step, common } = useWords();
  const format = useFormat();
  const counts = useQuery({
    queryKey: ['reissue-counts', 'parked'],
    queryFn: ({ signal }) => call('countReissues', { query: { parked: 'true', by: 'step' }, signal }),
  });
  return (
    <Card title={home.parked}>
      <Loaded of={counts}>
        {({ groups = [] }) => {
          if (groups.length === 0) return <Empty title={home.noneParked} text={home.noneParkedText} />;
          return (
            <Group gap="xl">
              {groups.map(({ value, count, exact }) => (
                <Stack gap={0} key={value}>
                  <Text size="xl" fw={700}>
                    {exact ? format.number(count) : common.atLeast(format.number(count))}
                  </Text>
                  <Anchor component={Link} to={paths.parked(value)} underline="always">
                    {step[value as keyof typeof step] ?? value}
                  </Anchor>
                </Stack>
              ))}
            </Group>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Parked(): ReactNode {
  const { home } = useWords();
  const parked = useQuery({
    queryKey: ['reissues', 'oldest-parked'],
    queryFn: ({ signal }) =>
      call('listReissues', { query: { parked: 'true', sort: 'parkedSince', limit: shown }, signal }),
  });
  if (parked.data?.items.length === 0) return null;
  return (
    <Card title={home.oldest} more={<All to={paths.parked()} />}>
      <Loaded of={parked}>{({ items }) => <ReissuesTable label={home.oldest} items={items} />}</Loaded>
    </Card>
  );
}

function Operations({
  state,
  title,
  none,
}: {
  state: Operation['state'];
  title: string;
  none: string;
}): ReactNode {
  const found = useQuery({
    queryKey: ['operations', state, shown],
    queryFn: ({ signal }) => call('listOperations', { query: { state: [state], limit: shown }, signal }),
  });
  return (
    <Card title={title} more={<All to={paths.operationsIn(state)} />}>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">{none}</Text>
          ) : (
            <OperationsTable label={title} items={items} />
          )
        }
      </Loaded>
    </Card>
  );
}

function All({ to }: { to: string }): ReactNode {
  const { home } = useWords();
  return (
    <Anchor component={Link} to={to} size="sm" underline="always">
      {home.showAll}
    </Anchor>
  );
}
