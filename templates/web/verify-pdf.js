import { checkPdf, isPdf } from './pdf-signature.js';

/* Lets people drop a PDF on the verify page. The file is read here and is sent to nobody. */

/** A certificate is some 50 KB; ten megabytes would be a book. */
const maxBytes = 10_000_000;

const place = document.getElementById('pdf-check');
const input = document.getElementById('pdf-file');
const answer = document.getElementById('pdf-answer');
const words = document.getElementById('pdf-words');

if (place && input instanceof HTMLInputElement && answer && words) {
  place.hidden = false;
  input.addEventListener('change', () => void show(input.files?.[0]));
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    place.classList.add('over');
  });
  place.addEventListener('dragleave', () => place.classList.remove('over'));
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    place.classList.remove('over');
    void show(event.dataTransfer?.files[0]);
  });
}

/** @param {File | undefined} file */
async function show(file) {
  if (!file || !place) return;
  if (!globalThis.crypto?.subtle) return say(['unable']);
  if (file.size > maxBytes) return say(['too_large']);
  say(['reading']);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!isPdf(bytes)) return say(['not_pdf', 'sum_bad']);
  const { hash = '', statement = '', signature = '' } = place.dataset;
  const found = await checkPdf(bytes, { hash, statement, signature });
  const sum = sumOf(found);
  const signed = found.signature === 'part' ? 'range_part' : `signature_${found.signature}`;
  say([sum, `hash_${found.hash}`, signed, ...(found.key ? [`key_${found.key}`] : [])], found.fingerprint);
}

/**
 * What it comes to. A file that is, soundly signed, the very one that the record names is not what to blame where the
 * record fits another key.
 *
 * @param {import('./pdf-signature.js').Findings} found
 */
function sumOf({ hash, signature, key }) {
  if (signature !== 'good') return 'sum_bad';
  if (key === 'same') return hash === 'same' ? 'sum_good' : 'sum_partly';
  return hash === 'same' ? 'sum_record' : 'sum_bad';
}

/**
 * @param {string[]} names the first sums up
 * @param {string} [fingerprint]
 */
function say(names, fingerprint) {
  if (!answer) return;
  const lines = names.map((name, i) => {
    const line = document.createElement('p');
    line.textContent = wordFor(name);
    if (i === 0) line.className = 'sum';
    line.dataset.finding = name;
    return line;
  });
  answer.replaceChildren(...lines);
  if (fingerprint === undefined) return;
  const line = document.createElement('p');
  const code = document.createElement('code');
  code.className = 'hash';
  code.textContent = fingerprint;
  line.append(wordFor('fingerprint'), ' ', code);
  answer.append(line);
}

/** @param {string} name */
function wordFor(name) {
  return words?.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
}
