import HexString from '../../node_modules/pdf-lib/es/core/objects/PDFHexString.js';
import Ref from '../../node_modules/pdf-lib/es/core/objects/PDFRef.js';
import StringObject from '../../node_modules/pdf-lib/es/core/objects/PDFString.js';
import Context from '../../node_modules/pdf-lib/es/core/PDFContext.js';

// What bundles have in place of `pdf-lib`: the objects that the certificate engine builds its documents of. The whole
// package brings its standard fonts, picture readers and parser along, since it does not tell bundlers that it can do
// without them, and every cold start would load them. Who needs another of its classes adds it here: a bundle that
// lacks one does not build.

export const PDFContext = Context;
export const PDFHexString = HexString;
export const PDFRef = Ref;
export const PDFString = StringObject;
