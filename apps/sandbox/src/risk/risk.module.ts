import { Module } from '@nestjs/common';
import { RiskController, RiskDecisionController } from './risk.controller.js';
import { RiskDecisions } from './risk-decisions.js';

/** A provider of risk decisions. */
@Module({ controllers: [RiskController, RiskDecisionController], providers: [RiskDecisions] })
export class RiskModule {}
