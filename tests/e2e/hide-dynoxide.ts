import { registerHooks } from 'node:module';

// As on a platform for which there is no package, or where npm left optional dependencies out.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('@dynoxide/')) throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(specifier, context);
  },
});
