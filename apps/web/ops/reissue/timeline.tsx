import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.js';
import type { Page, TimelineItem } from '../api/types.js';
import { Card } from '../parts/card.js';
import { useFormat } from '../parts/format.js';
import { Empty, Loaded } from '../parts/states.js';
import { inLanguage, useLanguage, useWords } from '../words/language.js';

/** All that happened to a reissue, in plain words, in order. */
export function Timeline({ id }: { id: string }): ReactNode {
  const words = useWords();
  const found = useQuery({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) =>
      call<Page<TimelineItem>>(`/v1/reissues/${encodeURIComponent(id)}/timeline`, { signal }),
  });
  return (
    <Card title={words.reissue.timeline}>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.reissue.noTimeline} />
          ) : (
            <ol className="timeline">
              {items.map((item, index) => (
                <Item key={index} item={item} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Card>
  );
}

function Item({ item }: { item: TimelineItem }): ReactNode {
  const language = useLanguage();
  const format = useFormat();
  const { common } = useWords();
  const details = item.details && Object.keys(item.details).length > 0 ? item.details : undefined;
  return (
    <li data-tone={toneOf(item)}>
      <Group gap="xs" align="baseline">
        <Text fw={600}>{inLanguage(item.text, language)}</Text>
        <Text size="sm" c="dimmed">
          {item.by} · <time dateTime={item.at}>{format.time(item.at)}</time>
        </Text>
      </Group>
      {details && (
        <details>
          <summary>{common.details}</summary>
          <pre className="details">{JSON.stringify(details, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}

function toneOf({ by, outcome }: TimelineItem): string {
  if (by.startsWith('staff:') || by.startsWith('operator')) return 'staff';
  return outcome && !['DONE', 'OK', 'ACCEPTED'].includes(outcome) ? 'bad' : 'calm';
}
