import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.js';
import { useAuditTexts } from '../components/audit-text.js';
import { ToneBadge } from '../components/badges.js';
import { useFormat } from '../components/format.js';
import { Empty, Loaded, PageTitle } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { useWords } from '../words/language.js';

/** The receivers of events, and how many events wait for each. */
export function WebhooksPage(): ReactNode {
  const { webhooks: words } = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  const found = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => call('listWebhooks', { signal }),
  });
  return (
    <Stack>
      <PageTitle title={words.title} />
      <Text c="dimmed">{words.text}</Text>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.empty} />
          ) : (
            <DataTable
              label={words.title}
              head={[words.receiver, words.state, words.waiting, words.types, words.createdBy, words.changed]}
            >
              {items.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    {one.description}
                    <Text size="xs" c="dimmed" ff="monospace">
                      {one.url}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <ToneBadge tone={one.enabled ? 'good' : 'bad'}>
                      {one.enabled ? words.on : words.off}
                    </ToneBadge>
                    {one.disabledReason && (
                      <Text size="xs" c="dimmed">
                        {one.disabledReason}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{format.number(one.waiting)}</Table.Td>
                  <Table.Td>{one.types.length === 0 ? words.allTypes : one.types.join(', ')}</Table.Td>
                  <Table.Td>{texts.actor(one.createdBy)}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(one.updatedAt)}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Stack>
  );
}
