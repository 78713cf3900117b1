import { addPreview } from './certificate-preview.ts';
import { addProve } from './certificate-prove.ts';
import type { AddCommand } from './command.ts';

/** `certificate preview | prove` */
export const addCertificate: AddCommand = (parent, session) => {
  const group = parent
    .command('certificate')
    .summary('preview and prove certificates')
    .description('Certificates as they are printed and signed.');
  addPreview(group, session);
  addProve(group, session);
};
