import type { StaffRole } from '#libs/domain';
import { staffRoles } from '#libs/domain';
import type { ReactNode } from 'react';
import type { RouteObject } from 'react-router';
import { AuditPage } from './audit/audit-page.js';
import { CertificatePage } from './certificate/certificate-page.js';
import { CertificatesPage } from './certificates/certificates-page.js';
import { HomePage } from './home/home-page.js';
import { OperationPage } from './operation/operation-page.js';
import { OperationsPage } from './operations/operations-page.js';
import { ReissueDetailPage } from './reissue/reissue-page.js';
import { ReissuesPage } from './reissues/reissues-page.js';
import { Loading } from './components/states.js';
import { ForRoles } from './shell/for-roles.js';
import { Broken } from './shell/broken.js';
import { NotFound } from './shell/not-found.js';
import { Shell } from './shell/shell.js';

const page = (path: string, element: ReactNode, roles: readonly StaffRole[] = staffRoles): RouteObject => ({
  path,
  element: <ForRoles roles={roles}>{element}</ForRoles>,
});

export const routes: RouteObject[] = [
  {
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <Loading />,
    children: [
      page('/', <HomePage />),
      page('/callback', null),
      page('/reissues', <ReissuesPage />),
      page('/reissues/:id', <ReissueDetailPage />),
      page('/operations', <OperationsPage />),
      page('/operations/:id', <OperationPage />),
      page('/certificates', <CertificatesPage />),
      page('/certificates/:serial', <CertificatePage />),
      page('/audit', <AuditPage />, ['auditor']),
      {
        path: '/evidence',
        lazy: async () => {
          // The verifier brings cryptography that no other page needs.
          const { VerifyPage } = await import('./evidence/verify-page.js');
          return { Component: VerifyPage };
        },
      },
      { path: '*', element: <NotFound /> },
    ],
  },
];
