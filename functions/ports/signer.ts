/** Signs with ECDSA P-256 over SHA-256; the key never leaves its service. */
export type Signer = {
  /** `signature` is DER, base64. */
  sign(content: Uint8Array): Promise<{ keyId: string; signature: string }>;
  /** `SubjectPublicKeyInfo`, DER. The same for as long as the key's id is. */
  publicKey(): Promise<Uint8Array>;
};
