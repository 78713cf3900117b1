/** Whether a signature (ECDSA P-256 over SHA-256; base64 DER) over these bytes is that of one key of ours. */
export type SignatureCheck = (content: Uint8Array, signature: string) => Promise<boolean>;
