/**
 * What a process does where its words cannot be written (a full disk, a device that takes nothing): it says so in one
 * sentence and ends with the code. A reader that has seen enough (`| head`) closes the pipe, and that is no failure.
 */
export function watchStandardOutput(exitCode: number): void {
  const { stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    stderr.write(`standard output: it cannot be written (${error.code}); the answer is not whole\n`);
    process.exit(exitCode);
  });
}
