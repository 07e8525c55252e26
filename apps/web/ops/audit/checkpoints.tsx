import { Button, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { Empty, Loaded } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { download } from '../../shared/download.js';
import { useWords } from '../words/language.js';

const shown = 10;

/** The newest checkpoints of the log, for download: a copy elsewhere proves later that the log was not cut. */
export function Checkpoints(): ReactNode {
  const { audit, common } = useWords();
  const format = useFormat();
  const found = useQuery({
    queryKey: ['checkpoints'],
    queryFn: ({ signal }) => call('listCheckpoints', { signal }),
  });
  return (
    <Card title={audit.checkpoints}>
      <Text>{audit.checkpointsText}</Text>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={audit.noCheckpoints} />
          ) : (
            <>
              <DataTable label={audit.checkpoints} head={[audit.when, audit.size, audit.root]}>
                {items.slice(0, shown).map(({ size, root, madeAt }) => (
                  <Table.Tr key={size}>
                    <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(madeAt)}</Table.Td>
                    <Table.Td>{format.number(size)}</Table.Td>
                    <Table.Td>
                      <code>{root}</code>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </DataTable>
              <Group>
                <Button
                  variant="default"
                  size="sm"
                  onClick={() =>
                    download(
                      'checkpoints.jsonl',
                      new Blob([items.map(({ jws }) => `${JSON.stringify({ jws })}\n`).join('')]),
                    )
                  }
                >
                  {common.download}
                </Button>
              </Group>
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
