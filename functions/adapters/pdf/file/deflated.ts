import { hash } from 'node:crypto';
import { zlibSync } from 'fflate';
import known from './deflated.json' with { type: 'json' };

const stored: Record<string, string> = known;

/**
 * Compressed by a library, since the zlibs of two builds of Node give other bytes. What certificates of all programs
 * have in common is stored as the library compresses it (`deflated.json`, by the content's hash; a test compares):
 * compressing in JavaScript costs little once the process is warm, but a third of the time until its first certificate.
 */
export function deflated(content: Uint8Array): Uint8Array {
  const bytes = stored[keyOf(content)];
  return bytes === undefined ? deflate(content) : Buffer.from(bytes, 'base64');
}

export function deflate(content: Uint8Array): Uint8Array {
  return zlibSync(content, { level: 9 });
}

export function keyOf(content: Uint8Array): string {
  return hash('sha256', content, 'base64');
}
