import { dirname } from 'node:path';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

const source = `
#set document(title: sys.inputs.title, date: none)
#set page(width: ${size.width}pt, height: ${size.height}pt, margin: 0pt)
#set text(font: "EB Garamond", fill: rgb("${ink}"), lang: "en", top-edge: "baseline", fallback: false)
#place(dx: ${frame.x}pt, dy: ${frame.y}pt, rect(width: ${frame.width}pt, height: ${frame.height}pt, stroke: ${frame.thickness}pt + rgb("${rule}")))
${places.map(({ key, size: points, down }) => `#place(top + center, dy: ${down}pt, text(size: ${points}pt, sys.inputs.${key}))`).join('\n')}
`;

/** One compiler for all documents; what differs comes in as inputs. Its cache is aged as its documentation says. */
export async function start() {
  const compiler = NodeCompiler.create({ fontArgs: [{ fontPaths: [dirname(fontFile)] }] });
  return {
    page: async (texts) => {
      const bytes = compiler.pdf({ mainFileContent: source, inputs: { ...texts } });
      compiler.evictCache(10);
      return bytes;
    },
  };
}
