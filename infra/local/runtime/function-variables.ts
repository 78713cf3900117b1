import { delimiter, dirname } from 'node:path';
import { LocalError } from '../local-error.ts';
import { isLoopbackUrl, localCredentials, localRegion, loopbackHost } from '../services/loopback.ts';
import type { ServiceName } from '../services/process.ts';
import type { FunctionPlan } from '../template/plan-functions.ts';

/** Nothing listens there: a service that is not redirected fails at once instead of reaching AWS. */
const nowhere = `http://${loopbackHost}:9`;

/**
 * A function's whole environment: what the template gives it, what Lambda gives every function, and each service's local endpoint.
 *
 * @throws LocalError `endpoint-not-local`: nothing here may reach a real AWS endpoint.
 */
export function functionVariables(
  plan: FunctionPlan,
  endpoints: Record<ServiceName, string>,
  _confirmRemote = false,
): Record<string, string> {
  for (const endpoint of Object.values(endpoints)) {
    if (!isLoopbackUrl(endpoint)) throw new LocalError('endpoint-not-local', `${endpoint} is not on this machine.`);
  }
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // One heap of the C library's for all threads: a dozen megabytes less.
    MALLOC_ARENA_MAX: '1',
    ...plan.environment,
    ...lambdaVariables(plan),
    AWS_ENDPOINT_URL: nowhere,
    ...Object.fromEntries(
      Object.entries(endpoints).map(([service, endpoint]) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, endpoint]),
    ),
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    // No file of the user's, and no metadata service, adds to these.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function lambdaVariables(plan: FunctionPlan): Record<string, string> {
  return {
    _HANDLER: plan.handler,
    LAMBDA_TASK_ROOT: plan.codeFolder,
    LAMBDA_RUNTIME_DIR: plan.codeFolder,
    AWS_REGION: localRegion,
    AWS_DEFAULT_REGION: localRegion,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: plan.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${plan.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  };
}
