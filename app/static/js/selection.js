// Ticked rows: how many, all of the page at once, a range with Shift. The bar itself is shown by the stylesheet.
const boxes = () => [...document.querySelectorAll('[data-rows] input[name="ids"]')];
let last;

function tell() {
  const form = document.getElementById('selection');
  if (!form) return;
  const all = boxes();
  const number = all.filter((box) => box.checked).length;
  const said = form.querySelector('[data-chosen]');
  const whole = form.elements.all;
  said.textContent = whole?.checked ? '' : number === 1 ? said.dataset.one : said.dataset.many.replace('#', number);
  const head = document.querySelector('[data-tick-all]');
  head.checked = number > 0 && number === all.length;
  head.indeterminate = number > 0 && number < all.length;
}

document.addEventListener('click', (event) => {
  const box = event.target;
  if (!box.matches?.('[data-rows] input[name="ids"]')) return;
  const all = boxes();
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-tick-all]')) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches('[data-tick-all], [data-rows] input[name="ids"], #selection [name="all"]')) tell();
});

document.addEventListener('reset', () => setTimeout(tell));

document.addEventListener('keydown', (event) => {
  if (event.key !== 'x' || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest('input:not(.tick), textarea, select')) return;
  const row = document.activeElement?.closest('[data-rows] tbody tr') ?? document.querySelector('[data-rows] tr.is-current');
  row?.querySelector('input[name="ids"]')?.click();
});

export function enhance() {
  for (const head of document.querySelectorAll('[data-tick-all]')) head.hidden = false;
  tell();
}
