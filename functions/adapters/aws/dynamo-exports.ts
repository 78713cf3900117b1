import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ExportJob, exportJobSchema } from '../../domain/export-job.ts';
import type { ExportJobs } from '../../ports/export-jobs.ts';
import { isConditionFailure } from './dynamo-errors.ts';
import { fromCursor, type Item, table, toCursor } from './dynamo-table.ts';
import { bare, exportKey, exportPartition, own } from './record-keys.ts';

const pageSize = 100;

/** Export jobs in the Records table, an item each. */
export function dynamoExports(options: { client: DynamoDBClient; tableName: string }): ExportJobs {
  const t = table(options);
  const put = async (name: string, job: ExportJob, condition: string, values?: Item): Promise<boolean> => {
    try {
      await t.put(name, { ...exportKey(job), ...own, ...job }, condition, values);
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  };
  return {
    add: async (job) => ((await put('addExport', job, 'attribute_not_exists(pk)')) ? 'added' : 'exists'),
    async read(program, exportId) {
      const item = await t.get('readExport', exportKey({ program, exportId }));
      return item && exportJobSchema.parse(bare(item));
    },
    async list(program, cursor) {
      const shape = { KeyConditionExpression: 'pk = :pk', ScanIndexForward: false, Limit: pageSize };
      const pk = exportPartition(program);
      const start = fromCursor(cursor, ['pk', 'sk'], { pk });
      const page = await t.query('listExports', shape, { ':pk': pk }, start);
      const next = toCursor(page.next);
      return {
        items: page.items.map((item) => exportJobSchema.parse(bare(item))),
        ...(next !== undefined && { cursor: next }),
      };
    },
    async replace(before, after) {
      const written = await put('replaceExport', after, 'version = :before', { ':before': before.version });
      return written ? 'replaced' : 'conflict';
    },
  };
}
