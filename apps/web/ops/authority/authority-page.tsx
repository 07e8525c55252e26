import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.js';
import type { Authority } from '../api/types.js';
import { ToneBadge } from '../components/badges.js';
import { Card } from '../components/card.js';
import { Facts, Id } from '../components/facts.js';
import { isPast, useFormat } from '../components/format.js';
import { Loaded, PageTitle } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { useWords } from '../words/language.js';

type Generation = Authority['generations'][number];
type Crl = Generation['crls'][number];

/** The issuing CAs, newest first: how long each is valid, and the age of its CRLs. */
export function AuthorityPage(): ReactNode {
  const { authority } = useWords();
  const found = useQuery({
    queryKey: ['authority'],
    queryFn: ({ signal }) => call('getAuthority', { signal }),
  });
  return (
    <Stack>
      <PageTitle title={authority.title} />
      <Text c="dimmed">{authority.text}</Text>
      <Loaded of={found}>
        {({ generations }) => generations.map((one) => <GenerationCard key={one.keyId} generation={one} />)}
      </Loaded>
    </Stack>
  );
}

function GenerationCard({ generation }: { generation: Generation }): ReactNode {
  const { authority } = useWords();
  const format = useFormat();
  const { issuer, keyId, sha256, activatedAt, retiredAt, notAfter, crls } = generation;
  const over = isPast(notAfter);
  return (
    <Card
      title={issuer}
      more={
        <ToneBadge tone={over ? 'bad' : retiredAt ? 'calm' : 'good'}>
          {over ? authority.expired : retiredAt ? authority.retired : authority.active}
        </ToneBadge>
      }
    >
      <Facts
        of={[
          [authority.keyId, <Id key="key">{keyId}</Id>],
          [authority.sha256, <code key="sha256">{sha256}</code>],
          [authority.activatedAt, format.time(activatedAt)],
          [authority.retiredAt, retiredAt && format.time(retiredAt)],
          [authority.notAfter, format.date(notAfter)],
        ]}
      />
      <DataTable
        label={`${authority.crls}: ${issuer}`}
        head={[
          authority.shard,
          authority.number,
          authority.age,
          authority.nextUpdate,
          authority.entries,
          authority.shows,
        ]}
      >
        {crls.map((crl) => (
          <Table.Tr key={crl.shard}>
            <Table.Td>{crl.shard}</Table.Td>
            <Table.Td>{crl.number === null ? authority.none : format.number(crl.number)}</Table.Td>
            <Table.Td>{crl.thisUpdate && format.age(crl.thisUpdate)}</Table.Td>
            <Table.Td>{crl.nextUpdate && format.time(crl.nextUpdate)}</Table.Td>
            <Table.Td>{crl.entries === null ? null : format.number(crl.entries)}</Table.Td>
            <Table.Td>
              <CrlBadge crl={crl} />
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </Card>
  );
}

function CrlBadge({ crl: { nextUpdate, pending } }: { crl: Crl }): ReactNode {
  const { authority } = useWords();
  if (nextUpdate === null || isPast(nextUpdate)) return <ToneBadge tone="bad">{authority.late}</ToneBadge>;
  return (
    <ToneBadge tone={pending ? 'wait' : 'good'}>{pending ? authority.pending : authority.current}</ToneBadge>
  );
}
