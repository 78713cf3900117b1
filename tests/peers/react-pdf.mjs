import { Document, Font, Page, renderToBuffer, StyleSheet, Text, View } from '@react-pdf/renderer';
import { createElement } from 'react';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

/** The font is registered once, and kept parsed by react-pdf. */
export async function start() {
  Font.register({ family: 'Garamond', src: fontFile });
  const styles = StyleSheet.create({
    page: { fontFamily: 'Garamond', color: ink },
    frame: {
      position: 'absolute',
      left: frame.x,
      top: frame.y,
      width: frame.width,
      height: frame.height,
      border: `${frame.thickness}pt solid ${rule}`,
    },
    ...Object.fromEntries(
      places.map(({ key, size: points, down }) => [
        key,
        { position: 'absolute', left: 0, right: 0, top: down - points, fontSize: points, textAlign: 'center' },
      ]),
    ),
  });
  return {
    page: (texts) =>
      renderToBuffer(
        createElement(
          Document,
          { title: texts.title },
          createElement(
            Page,
            { size: [size.width, size.height], style: styles.page },
            createElement(View, { style: styles.frame }),
            ...places.map(({ key }) => createElement(Text, { key, style: styles[key] }, texts[key])),
          ),
        ),
      ),
  };
}
