import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, send } from '../api/client.js';
import { Card } from '../components/card.js';
import { ProblemAlert } from '../components/states.js';
import { download } from '../../shared/download.js';
import { useWords } from '../words/language.js';
import { VerdictView } from './verdict-view.js';

/** Downloads a reissue's evidence, and shows the server's verdict on the downloaded bytes. */
export function EvidenceCard({ id }: { id: string }): ReactNode {
  const { evidence } = useWords();
  const making = useMutation({
    mutationFn: async () => {
      const bundle = await (await send('exportEvidence', { path: { id } })).blob();
      download(`evidence-${id}.json`, bundle);
      return call('verifyEvidence', { content: bundle });
    },
  });
  return (
    <Card title={evidence.title}>
      <Stack>
        <Text>{evidence.text}</Text>
        <Group>
          <Button variant="default" loading={making.isPending} onClick={() => making.mutate()}>
            {evidence.make}
          </Button>
          {making.isPending && <Text role="status">{evidence.making}</Text>}
        </Group>
        {making.isError && <ProblemAlert error={making.error} />}
        {making.data && (
          <>
            <VerdictView verdict={making.data} />
            <Text size="sm" c="dimmed">
              {evidence.checkedHere}
            </Text>
          </>
        )}
      </Stack>
    </Card>
  );
}
