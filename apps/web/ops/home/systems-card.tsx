import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Figures } from '../api/types.js';
import { HealthBadge } from '../components/badges.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { DataTable } from '../components/table.js';
import { useWords } from '../words/language.js';

/** Which system is in trouble, in words: providers, issuing CAs and their CRLs. */
export function SystemsCard({ figures }: { figures: Figures }): ReactNode {
  const { home, system } = useWords();
  const format = useFormat();
  const troubled = [
    ...figures.providers.filter(({ health }) => health === 'TROUBLED').map(({ method }) => system[method]),
    ...figures.issuers.filter(({ health }) => health !== 'GOOD').map(({ issuer }) => nameOf(issuer)),
  ];
  return (
    <Card title={home.systems}>
      <Text role="status" fw={600}>
        {troubled.length === 0 ? home.allWell : home.troubled(troubled.join(', '))}
      </Text>
      <DataTable label={home.systems} head={[home.system, home.health, home.facts]}>
        {figures.providers.map(({ method, health, asked, unsent, parked }) => (
          <Table.Tr key={method}>
            <Table.Td>{system[method]}</Table.Td>
            <Table.Td>
              <HealthBadge health={health} />
            </Table.Td>
            <Table.Td>
              {home.traffic(format.number(asked), format.number(unsent), format.number(parked))}
            </Table.Td>
          </Table.Tr>
        ))}
        {figures.issuers.map((issuer) => (
          <Table.Tr key={issuer.issuer}>
            <Table.Td>{home.issuer(nameOf(issuer.issuer))}</Table.Td>
            <Table.Td>
              <HealthBadge health={issuer.health} />
            </Table.Td>
            <Table.Td>
              {home.validUntil(format.date(issuer.notAfter))}{' '}
              {issuer.oldestCrl && issuer.nextCrl
                ? home.crls(format.age(issuer.oldestCrl), format.time(issuer.nextCrl))
                : home.noCrl}
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </Card>
  );
}

/** The common name of a distinguished name; the whole if it has none. */
const nameOf = (issuer: string): string => /(?:^|,)\s*cn=([^,]+)/i.exec(issuer)?.[1] ?? issuer;
