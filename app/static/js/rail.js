// The rail stays where it was from page to page, shows the place that is open, and remembers whether Settings were opened.
const PLACE = 'rail-top';
const rail = document.getElementById('rail');
const groups = rail?.querySelector('.rail-groups');

function keep() {
  try { sessionStorage.setItem(PLACE, String(groups.scrollTop)); } catch { /* A browser that keeps nothing begins at the top. */ }
}

function kept() {
  try { return Number(sessionStorage.getItem(PLACE)) || 0; } catch { return 0; }
}

function showCurrent() {
  groups.scrollTop = kept();
  const current = groups.querySelector('[aria-current]');
  if (!current) return;
  const [frame, place] = [groups.getBoundingClientRect(), current.getBoundingClientRect()];
  if (!place.height) return;
  if (place.top < frame.top || place.bottom > frame.bottom) groups.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
}

if (groups) {
  showCurrent();
  groups.addEventListener('scroll', keep, { passive: true });
  rail.addEventListener('toggle', (event) => { if (event.target === rail && event.newState === 'open') showCurrent(); });
  for (const fold of groups.querySelectorAll('[data-rail-group]')) {
    fold.querySelector('summary').addEventListener('click', () => {
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `rail_settings=${fold.open ? 'closed' : 'open'}; Path=/; SameSite=Lax${secure}`;
    });
  }
}
