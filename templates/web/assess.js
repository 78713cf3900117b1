/* Makes the assessor's desk quick: whole sets at once without leaving the page, and keys while a piece has the focus. */

const form = document.getElementById('desk');
const decided = document.getElementById('decided');
const keys = document.getElementById('keys');

if (form instanceof HTMLFormElement && decided) {
  if (keys) keys.hidden = false;
  form.addEventListener('change', count);
  form.addEventListener('click', wholeSet);
  form.addEventListener('keydown', byKey);
  form.addEventListener('focusin', follow);
  count();
}

/** What was decided so far, told where it is recorded. */
function count() {
  if (!decided) return;
  const chosen = document.querySelectorAll('input[type="radio"][value]:not([value=""]):checked').length;
  const { none = '', some = '' } = decided.dataset;
  decided.textContent = chosen === 0 ? none : some.replace('{count}', String(chosen));
}

/**
 * Marks what is undecided of a set as met. It is recorded with the rest, so that an exception can still be made.
 *
 * @param {Event} event
 */
function wholeSet(event) {
  const button = event.target instanceof Element ? event.target.closest('button[data-whole]') : null;
  if (!(button instanceof HTMLButtonElement)) return;
  event.preventDefault();
  for (const radio of document.querySelectorAll(`input[value="met"][data-set="${button.dataset.whole}"]`)) {
    if (!(radio instanceof HTMLInputElement)) continue;
    const chosen = document.querySelector(`input[name="${CSS.escape(radio.name)}"]:checked`);
    if (!(chosen instanceof HTMLInputElement) || chosen.value === '') radio.checked = true;
  }
  count();
}

/**
 * Single letters count only within a piece, and never where text is typed.
 *
 * @param {KeyboardEvent} event
 */
function byKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLTextAreaElement) return;
  const piece = event.target instanceof Element ? event.target.closest('.piece') : null;
  if (!piece) return;
  const outcome = { m: 'met', n: 'not-met', u: '' }[event.key.toLowerCase()];
  if (outcome !== undefined) choose(piece, outcome);
  else if (event.key === 'j' || event.key === 'J') move(piece, 1);
  else if (event.key === 'k' || event.key === 'K') move(piece, -1);
  else return;
  event.preventDefault();
}

/** @param {Element} piece @param {string} outcome */
function choose(piece, outcome) {
  const radio = piece.querySelector(`input[type="radio"][value="${outcome}"]`);
  if (!(radio instanceof HTMLInputElement)) return;
  radio.checked = true;
  radio.focus();
  count();
  if (outcome !== '') move(piece, 1);
}

/** @param {Element} piece @param {1 | -1} step */
function move(piece, step) {
  const pieces = [...document.querySelectorAll('.piece')];
  const next = pieces[pieces.indexOf(piece) + step];
  const radio = next?.querySelector('input[type="radio"]:checked') ?? next?.querySelector('input[type="radio"]');
  if (radio instanceof HTMLElement) radio.focus();
}

/** @param {FocusEvent} event */
function follow(event) {
  for (const piece of document.querySelectorAll('.piece.here')) piece.classList.remove('here');
  if (event.target instanceof Element) event.target.closest('.piece')?.classList.add('here');
}
