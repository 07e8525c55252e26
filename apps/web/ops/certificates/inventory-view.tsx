import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { Loaded, Loading } from '../components/states.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';

const DayCharts = lazy(async () => ({ default: (await import('./day-charts.js')).DayCharts }));

/** How many certificates each part of the inventory has, with a link to its list, and charts by day. */
export function InventoryView(): ReactNode {
  const { certificates: words, common } = useWords();
  const format = useFormat();
  const inventory = useQuery({
    queryKey: ['certificate-inventory'],
    queryFn: ({ signal }) => call('getCertificateInventory', { signal }),
  });
  return (
    <Loaded of={inventory}>
      {(found) => (
        <Stack>
          <Card title={words.inventory}>
            <Group gap="xl">
              {found.parts.map(({ part, certificates, exact }) => (
                <Stack gap={0} key={part}>
                  <Text size="xl" fw={700}>
                    {exact ? format.number(certificates) : common.atLeast(format.number(certificates))}
                  </Text>
                  <Anchor component={Link} to={paths.certificatesIn(part)} underline="always">
                    {words.part[part]}
                  </Anchor>
                </Stack>
              ))}
            </Group>
          </Card>
          <Suspense fallback={<Loading />}>
            <DayCharts inventory={found} />
          </Suspense>
        </Stack>
      )}
    </Loaded>
  );
}
