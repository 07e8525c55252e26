import { Module, type OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '#libs/http';
import { FaultsModule } from '../faults/faults.module.js';
import { InboxController } from './inbox.controller.js';
import { Inbox } from './inbox.js';
import { MailServer } from './mail-server.js';
import { SmsController } from './sms.controller.js';

/** SMS gateway, mail server and the inboxes that they deliver to. */
@Module({
  imports: [FaultsModule],
  controllers: [InboxController, SmsController],
  providers: [Inbox, MailServer],
  exports: [Inbox],
})
export class MessagesModule implements OnModuleInit {
  constructor(
    private readonly mail: MailServer,
    private readonly health: HealthRegistry,
  ) {}

  onModuleInit(): void {
    this.health.register('smtp', () => this.mail.assertListening());
  }
}
