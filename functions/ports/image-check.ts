/**
 * Why a file cannot be printed as a picture, as the rest of a sentence with its remedy (`is cut short; save it again`);
 * undefined where it can.
 */
export type ImageCheck = (bytes: Uint8Array) => string | undefined;
