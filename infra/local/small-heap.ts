import { setFlagsFromString } from 'node:v8';

// V8 lets a young heap grow by tens of megabytes before it looks for garbage; here memory counts for more than speed.
setFlagsFromString('--max-semi-space-size=1');
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');
