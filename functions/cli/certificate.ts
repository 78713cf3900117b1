import { addPreview } from './certificate-preview.ts';
import { addProve } from './certificate-prove.ts';
import { addRequest, addSelfSigned } from './certificate-request.ts';
import type { AddCommand } from './command.ts';

/** `certificate preview | prove | request | self-signed` */
export const addCertificate: AddCommand = (parent, session) => {
  const group = parent
    .command('certificate')
    .summary('preview and prove certificates, and get the key certified that signs them')
    .description('Certificates as they are printed and signed.');
  addPreview(group, session);
  addProve(group, session);
  addRequest(group, session);
  addSelfSigned(group, session);
};
