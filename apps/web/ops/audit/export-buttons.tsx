import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { send } from '../api/client.js';
import { ProblemAlert } from '../components/states.js';
import { download } from '../../shared/download.js';
import { useWords } from '../words/language.js';

/** Downloads all entries that match the search as a file. */
export function ExportButtons({ search }: { search: string }): ReactNode {
  const { audit } = useWords();
  const exporting = useMutation({
    mutationFn: async (format: 'jsonl' | 'csv') => {
      const query = new URLSearchParams(search);
      query.set('format', format);
      const answer = await send('exportAudit', { query, accept: '*/*' });
      download(`audit.${format}`, await answer.blob());
    },
  });
  const button = (format: 'jsonl' | 'csv', label: string) => (
    <Button
      variant="default"
      size="sm"
      loading={exporting.isPending && exporting.variables === format}
      disabled={exporting.isPending}
      onClick={() => exporting.mutate(format)}
    >
      {label}
    </Button>
  );
  return (
    <Group gap="xs">
      {exporting.isError && <ProblemAlert error={exporting.error} />}
      {button('jsonl', audit.exportJson)}
      {button('csv', audit.exportCsv)}
    </Group>
  );
}
