import { auditActionText } from '#libs/domain';
import { Anchor, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import type { AuditEntry } from '../api/types.js';
import { useAuditTexts } from '../components/audit-text.js';
import { useFormat } from '../components/format.js';
import { shortId } from '../components/reissue-table.js';
import { Empty, Loading, MoreButton, ProblemAlert } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { paths } from '../paths.js';
import { useLanguage, useWords } from '../words/language.js';

const pageSize = 100;

export function AuditResults({ search }: { search: string }): ReactNode {
  const { audit, operations } = useWords();
  const found = useInfiniteQuery({
    queryKey: ['audit', search],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams(search);
      query.set('limit', String(pageSize));
      if (pageParam) query.set('cursor', pageParam);
      return call('searchAudit', { query, signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    // Each read is recorded in the audit trail: it happens only when the person asks.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty title={audit.empty} />;
  return (
    <Stack>
      <DataTable
        label={audit.title}
        head={[
          ...[audit.when, audit.actor, operations.requestedBy, operations.approvedBy, audit.action],
          ...[audit.outcome, audit.reason, audit.place, audit.details],
        ]}
      >
        {items.map((entry) => (
          <Entry key={`${entry.stream}/${entry.sequence}`} entry={entry} />
        ))}
      </DataTable>
      <MoreButton list={found} />
    </Stack>
  );
}

function Entry({ entry }: { entry: AuditEntry }): ReactNode {
  const { audit, common } = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  const language = useLanguage();
  const { stream, sequence, leafIndex, details } = entry;
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(entry.occurredAt)}</Table.Td>
      {[entry.actor, entry.requestedBy, entry.approvedBy].map((person, column) => (
        <Table.Td key={column}>{person && <Coded text={texts.actor(person)} code={person} />}</Table.Td>
      ))}
      <Table.Td>
        <Coded text={auditActionText(entry.action)[language]} code={entry.action} />
      </Table.Td>
      <Table.Td>
        <Coded text={texts.code(entry.outcome)} code={entry.outcome} />
      </Table.Td>
      <Table.Td>{entry.reason && <Coded text={texts.reason(entry.reason)} code={entry.reason} />}</Table.Td>
      <Table.Td>
        {stream === 'authority' ? (
          <Text size="sm">{stream}</Text>
        ) : (
          <Anchor component={Link} to={paths.reissue(stream)} size="sm" ff="monospace" underline="always">
            {shortId(stream)}
          </Anchor>
        )}
        <Text size="xs" c="dimmed">
          {sequence} · {leafIndex === null ? audit.notInLog : audit.leaf(format.number(leafIndex))}
        </Text>
      </Table.Td>
      <Table.Td>
        {Object.keys(details).length > 0 && (
          <details>
            <summary>{common.details}</summary>
            <pre className="details">{JSON.stringify(details, null, 2)}</pre>
          </details>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** The words of a code with the code beside them; a text that is its own code once. */
function Coded({ text, code }: { text: string; code: string }): ReactNode {
  return (
    <>
      <span>{text}</span>
      {text !== code && (
        <Text size="xs" c="dimmed" ff="monospace" component="div">
          {code}
        </Text>
      )}
    </>
  );
}
