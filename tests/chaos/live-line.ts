/** Where no line can change, counts are told so often: seldom enough for a log that is read afterwards. */
const lineEveryMs = 15_000;

/** How far a long run is: a line that changes on a terminal; elsewhere one for each stage and every 15 seconds. */
export function liveLine(name: string): { tell(text: string): void; end(): void } {
  const begun = performance.now();
  const { stderr } = process;
  const tickMs = 500;
  let text = '';
  let stage = '';
  const line = () => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}  ${name}: ${text}`;
  };
  const show = () => stderr.write(`\r\u001b[K${line().slice(0, (stderr.columns ?? 100) - 1)}`);
  const write = () => stderr.write(`${line()}\n`);
  const timer = setInterval(stderr.isTTY ? show : write, stderr.isTTY ? tickMs : lineEveryMs).unref();
  return {
    tell(next) {
      text = next;
      const words = next.replaceAll(/\d+/g, 'N');
      if (!stderr.isTTY && words !== stage) write();
      stage = words;
    },
    end() {
      clearInterval(timer);
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
  };
}
