import type { OperationKind, ParkableStep } from '#libs/domain';
import { Anchor, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import type { OperationItem } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { useFormat } from './format.js';
import { Loading, MoreButton, ProblemAlert } from './states.js';
import { DataTable } from './table.js';

const pageSize = 100;

/** The targets of an operation, with the plan and the outcome of each. */
export function OperationItems({
  id,
  digest,
  kind,
  outcomes,
}: {
  id: string;
  /** The digest of the content that is shown; a new digest loads the list again. */
  digest: string;
  kind: OperationKind;
  outcomes: boolean;
}): ReactNode {
  const words = useWords();
  const { act, operation } = words;
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['operation-items', id, digest],
    queryFn: ({ pageParam, signal }) =>
      call('listOperationItems', { path: { id }, query: { cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  const onCertificates = kind === 'revoke' || kind === 'hold' || kind === 'release';
  return (
    <Stack>
      <DataTable
        label={operation.itemsTitle}
        head={[act.target, act.willHappen, ...(outcomes ? [operation.outcome] : [])]}
      >
        {items.map((item) => (
          <Table.Tr key={item.ordinal}>
            <Table.Td>
              <Anchor
                component={Link}
                to={onCertificates ? paths.certificate(item.target) : paths.reissue(item.target)}
                ff="monospace"
                size="sm"
                underline="always"
              >
                {item.target}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <PlanText plan={item.plan} />
            </Table.Td>
            {outcomes && (
              <Table.Td>
                <Text size="sm" fw={600}>
                  {item.outcome ? wordOf(words.outcome, item.outcome) : operation.noOutcome}
                </Text>
                <Text size="xs" c="dimmed">
                  {[
                    item.detail && wordOf({ ...words.code, ...words.state }, item.detail),
                    item.triedAt && format.time(item.triedAt),
                    item.notice && operation.notice[item.notice],
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </DataTable>
      <MoreButton list={found} />
    </Stack>
  );
}

/** The expected outcome; for an unknown outcome also what our own records show. */
function PlanText({ plan }: { plan: OperationItem['plan'] }): ReactNode {
  const { act, outcome, finding, code, step } = useWords();
  const where = [
    plan.step && (step[plan.step as ParkableStep] ?? plan.step),
    plan.code && wordOf(code, plan.code),
  ];
  return (
    <>
      <Text size="sm" fw={600} className={plan.acts ? undefined : 'tone-wait'}>
        {plan.acts ? wordOf(outcome, plan.expected) : `${act.nothing}: ${wordOf(outcome, plan.expected)}`}
      </Text>
      {where.some(Boolean) && <Text size="sm">{where.filter(Boolean).join(': ')}</Text>}
      {plan.finding && (
        <Text size="sm">
          {act.recheck}: {wordOf(finding, plan.finding)}
        </Text>
      )}
      {plan.reissueId && (
        <Anchor component={Link} to={paths.reissue(plan.reissueId)} size="sm" underline="always">
          {plan.reissueId}
        </Anchor>
      )}
    </>
  );
}

/** The words of a code; a code that the console does not know stays as it is. */
const wordOf = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code;
