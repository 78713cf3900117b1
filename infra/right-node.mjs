/*
 * Loaded before every script of ours (`node --import`): in plain JavaScript, so that whatever Node runs it can say what is
 * missing. npm runs the Node 24 of the dev dependency `node`, whose install script fetches it.
 */
import { existsSync } from 'node:fs';

const leastMajor = 24;
const major = Number(process.versions.node.split('.')[0]);
const hasDependencies = existsSync(new URL('../node_modules/zod/package.json', import.meta.url));

const missing = hasDependencies
  ? major < leastMajor &&
    `This is Node ${process.versions.node}, and Journeypaper runs on Node ${leastMajor}, which npm ci fetches. Run npm ci, without --ignore-scripts and with development dependencies.`
  : 'The dependencies are not installed: run npm ci first.';
if (missing) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}
