// What bundles have in place of `pako`, with which pdf-lib would compress streams: the certificate engine writes its own
// with `fflate`, and pako's tables are made when it is loaded.
export default {
  deflate(): never {
    throw new Error('pako is not part of the bundle: see infra/bundled');
  },
};
