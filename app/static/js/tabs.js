// The parts of a record: links become tabs, the arrows go from one to the next, Enter or a click opens.
const tabs = (strip) => [...strip.querySelectorAll('a')];

function enhance() {
  for (const strip of document.querySelectorAll('[data-tabs]')) {
    strip.setAttribute('role', 'tablist');
    for (const tab of tabs(strip)) {
      const open = tab.hasAttribute('aria-current');
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-selected', String(open));
      tab.tabIndex = open ? 0 : -1;
      tab.removeAttribute('aria-current');
      if (open) tab.setAttribute('aria-controls', 'part');
      // The pieces of a strip that is wider than the window.
      if (open && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = tab.offsetLeft - strip.clientWidth / 3;
    }
    // A page with every part on it has no part that is open.
    if (!strip.querySelector('[aria-selected="true"]')) tabs(strip)[0].tabIndex = 0;
  }
  const panel = document.querySelector('[data-part]');
  panel?.setAttribute('role', 'tabpanel');
}

const steps = { ArrowRight: 1, ArrowLeft: -1 };

document.addEventListener('keydown', (event) => {
  const strip = event.target.closest?.('[data-tabs]');
  if (!strip || event.metaKey || event.ctrlKey || event.altKey) return;
  const all = tabs(strip);
  const from = all.indexOf(event.target.closest('a'));
  const to = event.key in steps ? (from + steps[event.key] + all.length) % all.length
    : event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : undefined;
  if (to === undefined) {
    if (event.key === ' ') { event.preventDefault(); all[from].click(); }
    return;
  }
  event.preventDefault();
  all[from].tabIndex = -1;
  all[to].tabIndex = 0;
  all[to].focus();
});

document.addEventListener('htmx:afterSettle', enhance);
enhance();
