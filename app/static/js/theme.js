// Light, dark or as the device: remembered in a cookie, so that the server draws the next page right at once.
const root = document.documentElement;
const YEAR_SECONDS = 31536000;

function choose(theme) {
  root.dataset.bsTheme = theme;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll('[data-theme]')) {
    button.setAttribute('aria-pressed', String(button.dataset.theme === theme));
  }
}

for (const part of document.querySelectorAll('[data-theme-choice]')) {
  part.hidden = false;
  part.addEventListener('click', (event) => {
    const button = event.target.closest('[data-theme]');
    if (button) choose(button.dataset.theme);
  });
}
