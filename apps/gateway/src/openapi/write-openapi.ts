import { writeOpenApi } from '#libs/http';
import { describeGateway } from './describe-gateway.js';

writeOpenApi('openapi', await describeGateway());
