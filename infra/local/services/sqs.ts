import { buildApp } from 'fauxqs';
import { openFauxqsStores } from './fauxqs-store.ts';
import { claimPort, isLoopbackHostname, listenError, localRegion, loopbackHost } from './loopback.ts';

export interface SqsOptions {
  /** Folder of the database file, `fauxqs.db`. */
  dataDir: string;
  /** 0 or none: any free port. */
  port?: number;
}

export interface RunningSqs {
  endpoint: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * SQS on 127.0.0.1 by fauxqs: queues only; its SNS, S3 and STS answer 501. Queues and messages survive `kill -9`.
 * `GET /_fauxqs/queues` and `GET /_fauxqs/queues/{name}` show what is in them without receiving it.
 *
 * @throws LocalError `port-in-use`, `emulator-missing`, `emulator-version`.
 */
export async function startSqs(options: SqsOptions): Promise<RunningSqs> {
  const port = await claimPort(options.port ?? 0, 'SQS');
  const endpoint = `http://${loopbackHost}:${port}`;
  const { stores, close } = await openFauxqsStores(options.dataDir, endpoint);
  const app = buildApp({ logger: false, host: '', defaultRegion: localRegion, stores });
  app.addHook('onRequest', async (request, reply) => {
    const url = `http://${request.headers.host ?? ''}`;
    if (!URL.canParse(url) || !isLoopbackHostname(new URL(url).hostname)) {
      return reply.code(421).type('text/plain').send(`This is a local SQS server. Call it as ${loopbackHost}.\n`);
    }
    const isQueueCall =
      request.method === 'POST' && request.headers['content-type']?.includes('application/x-amz-json-1.0') === true;
    const isInspection = request.method === 'GET' && /^\/(health$|_fauxqs\/)/.test(request.url);
    if (!isQueueCall && !isInspection) {
      return reply.code(501).type('text/plain').send('Only SQS (JSON protocol) is served here.\n');
    }
  });
  try {
    await app.listen({ port, host: loopbackHost });
  } catch (error) {
    close();
    throw listenError(error, port, 'SQS');
  }
  return {
    endpoint,
    port,
    async stop() {
      await app.close();
      close();
    },
  };
}
