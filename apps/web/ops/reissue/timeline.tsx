import { Alert, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.js';
import type { TimelineEntry } from '../api/types.js';
import { useAuditTexts } from '../components/audit-text.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { Empty, Loaded } from '../components/states.js';
import { useLanguage, useWords } from '../words/language.js';

/** The history of a reissue in order, in words. */
export function ReissueTimeline({ id }: { id: string }): ReactNode {
  const words = useWords();
  const found = useQuery({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => call('getTimeline', { path: { id }, signal }),
  });
  return (
    <Card title={words.reissue.timeline}>
      <Loaded of={found}>
        {({ items, process }) =>
          items.length === 0 ? (
            <Empty title={words.reissue.noTimeline} />
          ) : (
            <>
              {process === 'UNREACHABLE' && <Alert color="yellow">{words.reissue.processUnreachable}</Alert>}
              {process === 'ARCHIVED' && <Text c="dimmed">{words.reissue.processArchived}</Text>}
              {process === 'FORGOTTEN' && <Text c="dimmed">{words.reissue.processForgotten}</Text>}
              <ol className="timeline">
                {items.map((item, index) => (
                  <Item key={index} item={item} />
                ))}
              </ol>
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function Item({ item }: { item: TimelineEntry }): ReactNode {
  const language = useLanguage();
  const format = useFormat();
  const words = useWords();
  const texts = useAuditTexts();
  const { common, reissue } = words;
  const details = item.details && Object.keys(item.details).length > 0 ? item.details : undefined;
  return (
    <li data-tone={toneOf(item)}>
      <Group gap="xs" align="baseline">
        <Text fw={600}>{item.text[language]}</Text>
        <Text size="sm" c="dimmed">
          {texts.actor(item.actor)} · <time dateTime={item.at}>{format.time(item.at)}</time>
        </Text>
      </Group>
      <Text size="sm">
        {[
          item.outcome && texts.code(item.outcome),
          item.reason && texts.reason(item.reason),
          item.provider,
          item.requestedBy && `${words.operations.requestedBy}: ${item.requestedBy}`,
          item.approvedBy && `${words.operations.approvedBy}: ${item.approvedBy}`,
          item.attempts !== undefined && reissue.attempts(format.number(item.attempts)),
          item.pending && reissue.pending,
          item.until && reissue.until(format.time(item.until)),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {item.error && (
        <Text size="sm" className="tone-bad">
          {item.error}
        </Text>
      )}
      {details && (
        <details>
          <summary>{common.details}</summary>
          <pre className="details">{JSON.stringify(details, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}

function toneOf({ actor, kind, outcome, error }: TimelineEntry): string {
  if (error !== undefined || (outcome && /REFUSED|FAILED|PARKED|REJECTED|LOCKED|WRONG/.test(outcome)))
    return 'bad';
  return actor.startsWith('staff:') || kind === 'operation' ? 'staff' : 'calm';
}
