import { writeOpenApi } from '#libs/http';
import { describeProviders } from './describe-providers.js';

writeOpenApi('openapi-providers', await describeProviders());
