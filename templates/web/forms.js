/* Of every page: mistakes are met first, and a form that is on its way is not sent twice. */

document.getElementById('errors')?.focus();

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
  if (form.dataset.sent !== undefined) return event.preventDefault();
  form.dataset.sent = '';
  event.submitter?.setAttribute('aria-busy', 'true');
});

/** Come back to by the browser's own back: the form may be sent again. */
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) form.removeAttribute('data-sent');
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});
