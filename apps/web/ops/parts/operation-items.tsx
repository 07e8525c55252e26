import type { OperationKind } from '#libs/domain';
import { Anchor, Button, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { call, query } from '../api/client.js';
import type { OperationItem, Page, Text as Words } from '../api/types.js';
import { inLanguage, useLanguage, useWords } from '../words/language.js';
import { useFormat } from './format.js';
import { Loading, Problem } from './states.js';
import { DataTable } from './table.js';

const aPage = 100;

/** Exactly on what an operation acts, what it plans for each, and what came of it. */
export function OperationItems({
  id,
  digest,
  kind,
  outcomes,
}: {
  id: string;
  /** Of the content that is shown: another one is another list. */
  digest: string;
  kind: OperationKind;
  outcomes: boolean;
}): ReactNode {
  const words = useWords();
  const { act, operation, common } = words;
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['operation-items', id, digest],
    queryFn: ({ pageParam, signal }) =>
      call<Page<OperationItem>>(`/v1/operations/${id}/items${query({ cursor: pageParam, limit: aPage })}`, {
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <Problem error={found.error} retry={() => void found.refetch()} />;
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
                to={`/${onCertificates ? 'certificates' : 'reissues'}/${item.target}`}
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
                  {item.outcome ?? operation.noOutcome}
                </Text>
                <Text size="xs" c="dimmed">
                  {[item.detail, item.triedAt && format.time(item.triedAt)].filter(Boolean).join(' · ')}
                </Text>
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </DataTable>
      {found.hasNextPage && (
        <Button
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {common.more}
        </Button>
      )}
    </Stack>
  );
}

/** The plan in words where it has some, otherwise what it says as it stands. */
function PlanText({ plan }: { plan: Readonly<Record<string, unknown>> }): ReactNode {
  const language = useLanguage();
  const { act, code, step } = useWords();
  const { text, finding, ...rest } = plan;
  return (
    <>
      {isText(text) && <Text size="sm">{inLanguage(text, language)}</Text>}
      {finding !== undefined && finding !== null && (
        <Text size="sm">
          {act.recheck}: {isText(finding) ? inLanguage(finding, language) : JSON.stringify(finding)}
        </Text>
      )}
      {!isText(text) && (
        <Text size="sm">
          {Object.entries(rest)
            .filter(([, value]) => value !== null)
            .map(([name, value]) => `${name}: ${wordOf(value, { ...code, ...step })}`)
            .join(' · ')}
        </Text>
      )}
    </>
  );
}

const wordOf = (value: unknown, words: Readonly<Record<string, string>>) =>
  typeof value === 'string' ? (words[value] ?? value) : JSON.stringify(value);

const isText = (value: unknown): value is Words =>
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && 'ko' in value && 'en' in value);
