// What bundles have in place of `pako`, with which pdf-lib would compress streams: the certificate engine writes its own
// with `fflate`, and pako's tables are made when it is loaded.
function deflate(): never {
  throw new Error('pako is not part of the bundle: see infra/bundled');
}

// biome-ignore lint/style/noDefaultExport: pdf-lib asks for the default export.
export default { deflate };
