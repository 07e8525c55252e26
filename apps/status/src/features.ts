import type { Type } from '@nestjs/common';
import { CrlModule } from './crl/crl.module.js';
import { IssuersModule } from './issuers/issuers.module.js';
import { OcspModule } from './ocsp/ocsp.module.js';

/** The features of the status app. */
export const statusFeatures: readonly Type[] = [OcspModule, CrlModule, IssuersModule];
