/** Signs with ECDSA P-256 over SHA-256; the key never leaves its service. `signature` is DER, base64. */
export type Signer = { sign(content: Uint8Array): Promise<{ keyId: string; signature: string }> };
