import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalError } from '../local-error.ts';
import { isLoopbackUrl } from './loopback.ts';

/** The release whose file layout we know: the index and the trimming in `dynoxide-file.ts` apply to it alone. */
export const pinnedDynoxideVersion = '1.2.1';

export type DynamodbSource =
  | { kind: 'binary'; path: string; version: string }
  /** A DynamoDB that somebody else runs. It is neither started, stopped, indexed nor trimmed. */
  | { kind: 'endpoint'; endpoint: string };

/**
 * Where DynamoDB comes from: the npm package for this platform, else `dynoxide` on the PATH, else the endpoint in `AWS_ENDPOINT_URL_DYNAMODB`.
 *
 * @param confirmRemoteEndpoint allows an endpoint on another machine; one of Amazon's is refused even so
 * @param packaged false: as on a platform for which there is no package
 * @throws LocalError `emulator-missing` with the choices, or `endpoint-not-local`.
 */
export function findDynamodb(
  environment: NodeJS.ProcessEnv,
  { confirmRemoteEndpoint = false, packaged = true }: { confirmRemoteEndpoint?: boolean; packaged?: boolean } = {},
): DynamodbSource {
  const path = (packaged ? packagedBinary() : undefined) ?? binaryOnPath(environment.PATH ?? '');
  if (path) return { kind: 'binary', path, version: versionOf(path) };
  const endpoint = environment.AWS_ENDPOINT_URL_DYNAMODB;
  if (endpoint) return { kind: 'endpoint', endpoint: checkEndpoint(endpoint, confirmRemoteEndpoint) };
  throw new LocalError(
    'emulator-missing',
    [
      `No DynamoDB for ${process.platform}-${process.arch}. Choose one:`,
      `  - npm install --no-save @dynoxide/${process.platform}-${process.arch}@${pinnedDynoxideVersion} (npm leaves it out where optional dependencies are off)`,
      `  - put a dynoxide ${pinnedDynoxideVersion} binary on the PATH (https://github.com/nubo-db/dynoxide/releases)`,
      '  - start any DynamoDB emulator with streams on this machine and set AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:PORT',
    ].join('\n'),
  );
}

function packagedBinary(): string | undefined {
  try {
    const packageFile = import.meta.resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`);
    return executable(fileURLToPath(new URL('./dynoxide', packageFile)));
  } catch {
    return undefined;
  }
}

function binaryOnPath(path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const found = folder && executable(join(folder, 'dynoxide'));
    if (found) return found;
  }
  return undefined;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

function versionOf(path: string): string {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 })
      .trim()
      .replace(/^dynoxide\s+/, '');
  } catch (error) {
    throw new LocalError('emulator-failed', `${path} does not run on this machine. Remove it or replace it.`, {
      cause: error,
    });
  }
}

function checkEndpoint(endpoint: string, confirmRemoteEndpoint: boolean): string {
  if (isLoopbackUrl(endpoint)) return endpoint;
  const isAmazon =
    !URL.canParse(endpoint) ||
    /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|api\.aws|aws)$/.test(new URL(endpoint).hostname);
  if (confirmRemoteEndpoint && !isAmazon) return endpoint;
  throw new LocalError(
    'endpoint-not-local',
    `AWS_ENDPOINT_URL_DYNAMODB=${endpoint} is not on this machine. The local realisation writes test data: point it at 127.0.0.1, or unset it.`,
  );
}
