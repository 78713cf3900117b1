/** Numbers of the objects that each certificate writes anew: the first ones, so that what is shared can point to them. */
export type DynamicNumbers = {
  /** By page. */
  contents: number[];
  resources: number;
  metadata: number;
  information: number;
  record: number;
  qr: number;
  signature: number;
  addressLink: number;
  qrLink: number;
  count: number;
};

export function dynamicNumbers(pages: number): DynamicNumbers {
  const after = pages;
  return {
    contents: Array.from({ length: pages }, (_, i) => i + 1),
    resources: after + 1,
    metadata: after + 2,
    information: after + 3,
    record: after + 4,
    qr: after + 5,
    signature: after + 6,
    addressLink: after + 7,
    qrLink: after + 8,
    count: after + 8,
  };
}
