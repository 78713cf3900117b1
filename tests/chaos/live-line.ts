/** How far a long run is: one line that changes on a terminal, one a stage elsewhere. */
export function liveLine(name: string): { tell(text: string): void; end(): void } {
  const begun = performance.now();
  const { stderr } = process;
  const tickMs = 500;
  let text = '';
  let stage = '';
  const show = () => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    stderr.write(`\r\u001b[K${`${time}  ${name}: ${text}`.slice(0, (stderr.columns ?? 100) - 1)}`);
  };
  const timer = stderr.isTTY ? setInterval(show, tickMs).unref() : undefined;
  return {
    tell(next) {
      text = next;
      // Elsewhere a log is read afterwards: counts that grow would fill it.
      const words = next.replaceAll(/\d+/g, 'N');
      if (!stderr.isTTY && words !== stage) stderr.write(`${name}: ${next}\n`);
      stage = words;
    },
    end() {
      clearInterval(timer);
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
  };
}
