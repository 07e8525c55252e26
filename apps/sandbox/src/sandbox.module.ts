import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { HealthRegistry } from '#libs/http';
import { sql } from 'kysely';
import { SandboxClock } from './clock.js';
import { AccountsController, OneWonController } from './codes/one-won.controller.js';
import { OneTimeCodes } from './codes/one-time-codes.js';
import { OneWon } from './codes/one-won.js';
import { SecondTelecomController, TelecomController } from './codes/telecom.controller.js';
import { Telecom } from './codes/telecom.js';
import { SandboxConfig } from './config.js';
import { openSandboxDatabase, SandboxDatabase } from './database.js';
import { DocumentAuthority } from './document/document-authority.js';
import { DocumentController } from './document/document.controller.js';
import { FaultInterceptor } from './faults/fault.interceptor.js';
import { FaultsController } from './faults/faults.controller.js';
import { Faults } from './faults/faults.js';
import { InboxController } from './messages/inbox.controller.js';
import { Inbox } from './messages/inbox.js';
import { MailServer } from './messages/mail-server.js';
import { SmsController } from './messages/sms.controller.js';
import { InboxPageController } from './page/inbox-page.controller.js';
import { BankRegistry } from './people/bank-registry.js';
import { Enrolment } from './people/enrolment.js';
import { PeopleController } from './people/people.controller.js';
import { People } from './people/people.js';
import { PhonesController } from './phone/phones.controller.js';
import { Phones } from './phone/phones.js';
import { StaffIssuer } from './staff/issuer.js';
import { StaffController } from './staff/staff.controller.js';
import { SampleCertificates } from './people/sample-certificates.js';

/** In bytes; enough for the photo of a document in base64. */
export const largestBody = 8 * 1024 * 1024;

/** Connections of the sandbox, closed at shutdown. */
interface SandboxParts {
  config: SandboxConfig;
  registry: BankRegistry;
  certificates: SampleCertificates;
  clock?: SandboxClock;
}

@Module({})
export class SandboxModule {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly registry: BankRegistry,
    private readonly certificates: SampleCertificates,
    private readonly mail: MailServer,
    private readonly health: HealthRegistry,
  ) {}

  static with({ config, registry, certificates, clock = new SandboxClock() }: SandboxParts): DynamicModule {
    const { databaseUrl, databasePoolSize } = config.values;
    const given = <T>(provide: Type<T> | (abstract new () => T), useValue: T) => ({ provide, useValue });
    return {
      module: SandboxModule,
      controllers: [
        AccountsController,
        DocumentController,
        FaultsController,
        InboxController,
        InboxPageController,
        OneWonController,
        PeopleController,
        PhonesController,
        SecondTelecomController,
        SmsController,
        StaffController,
        TelecomController,
      ],
      providers: [
        given(SandboxClock, clock),
        given(SandboxConfig, config),
        given(BankRegistry, registry),
        given(SampleCertificates, certificates),
        {
          provide: SandboxDatabase,
          useFactory: () => openSandboxDatabase(databaseUrl, databasePoolSize),
        },
        { provide: StaffIssuer, useFactory: () => StaffIssuer.create(config.issuerOptions()) },
        { provide: APP_INTERCEPTOR, useClass: FaultInterceptor },
        DocumentAuthority,
        Enrolment,
        Faults,
        Inbox,
        MailServer,
        OneTimeCodes,
        OneWon,
        People,
        Phones,
        Telecom,
      ],
    };
  }

  onModuleInit(): void {
    this.health.register('postgres', () => sql`select 1`.execute(this.database));
    this.health.register('smtp', () => this.mail.assertListening());
  }

  /** Closes the connections last, when no request can use them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.database.destroy(), this.registry.close(), this.certificates.close()]);
  }
}
