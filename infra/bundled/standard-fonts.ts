// What bundles have in place of `@pdf-lib/standard-fonts`: pdf-lib's own checks list the names of these fonts, and the
// metrics behind them are unpacked when they are loaded. No document of ours may use one: PDF/A has fonts embedded.
export const FontNames = {};
