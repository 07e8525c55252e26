import type { StaffRole } from '#libs/domain';
import { staffRoles } from '#libs/domain';
import type { ReactNode } from 'react';
import type { RouteObject } from 'react-router';
import { AuditPage } from './audit/audit-page.js';
import { AuthorityPage } from './authority/authority-page.js';
import { CertificatePage } from './certificate/certificate-page.js';
import { CertificatesPage } from './certificates/certificates-page.js';
import { HomePage } from './home/home-page.js';
import { OperationPage } from './operation/operation-page.js';
import { OperationsPage } from './operations/operations-page.js';
import { ReissueDetailPage } from './reissue/reissue-page.js';
import { ReissuesPage } from './reissues/reissues-page.js';
import { Loading } from './components/states.js';
import { WebhooksPage } from './webhooks/webhooks-page.js';
import { paths } from './paths.js';
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
      page(paths.home, <HomePage />),
      page(paths.callback, null),
      page(paths.reissues, <ReissuesPage />),
      page(`${paths.reissues}/:id`, <ReissueDetailPage />),
      page(paths.operations, <OperationsPage />),
      page(`${paths.operations}/:id`, <OperationPage />),
      page(paths.certificates, <CertificatesPage />),
      page(`${paths.certificates}/:serial`, <CertificatePage />),
      page(paths.authority, <AuthorityPage />),
      page(paths.webhooks, <WebhooksPage />),
      page(paths.audit, <AuditPage />, ['auditor']),
      {
        path: paths.evidence,
        lazy: async () => {
          // The verifier contains cryptography that no other page needs.
          const { VerifyPage } = await import('./evidence/verify-page.js');
          return { Component: VerifyPage };
        },
      },
      { path: '*', element: <NotFound /> },
    ],
  },
];
