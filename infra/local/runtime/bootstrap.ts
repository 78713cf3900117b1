/*
 * The process of one execution environment: loads the bundle and asks the Runtime API for events, as Lambda's own
 * bootstrap does. Run as plain JavaScript (its types stripped), so it imports nothing but Node's own modules.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const api = process.env.AWS_LAMBDA_RUNTIME_API ?? '';
const agent = new Agent({ keepAlive: true });

// Whoever started us holds the other end: when they are gone, however they ended, so are we.
process.stdin.once('close', () => process.exit(0)).resume();

type Handler = (event: unknown, context: Record<string, unknown>) => unknown;

async function main(): Promise<void> {
  const handler = await loadHandler().catch(async (error: unknown) => {
    tell(error);
    await call('POST', '/runtime/init/error', describe(error));
    process.exit(1);
  });
  for (;;) {
    const { headers, body } = await call('GET', '/runtime/invocation/next');
    const requestId = String(headers['lambda-runtime-aws-request-id']);
    process.env._X_AMZN_TRACE_ID = String(headers['lambda-runtime-trace-id'] ?? '');
    try {
      const answer = await handler(JSON.parse(body), contextOf(requestId, headers));
      await call('POST', `/runtime/invocation/${requestId}/response`, JSON.stringify(answer) ?? 'null');
    } catch (error) {
      tell(error);
      await call('POST', `/runtime/invocation/${requestId}/error`, describe(error));
    }
  }
}

async function loadHandler(): Promise<Handler> {
  const root = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
  const [file = '', exported = ''] = (process.env._HANDLER ?? '').split('.');
  const loaded: Record<string, unknown> = createRequire(join(root, 'index.js'))(join(root, `${file}.js`));
  const handler = loaded[exported];
  if (typeof handler !== 'function') throw new Error(`${process.env._HANDLER} is undefined or not exported`);
  return handler as Handler;
}

function contextOf(requestId: string, headers: IncomingHttpHeaders): Record<string, unknown> {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: requestId,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({ errorType: name, errorMessage: message, stackTrace: (stack ?? '').split('\n').slice(1, 12) });
}

/** As Lambda's own runtime does, into the function's log. */
function tell(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
}

function call(method: string, path: string, body = ''): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const [hostname, port] = api.split(':');
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, hostname, port, method, path: `/2018-06-01${path}`, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

await main().catch(() => process.exit(1));
