'use strict';
(() => {
  const theme = document.getElementById('theme');
  const remember = (value) => { try { localStorage.setItem('theme', value); } catch { /* not from files */ } };
  const recall = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const isDark = () => (document.documentElement.dataset.theme
    || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  if (recall()) document.documentElement.dataset.theme = recall();
  theme.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    remember(document.documentElement.dataset.theme);
  });

  const month = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short' });
  for (const range of document.querySelectorAll('.range')) {
    const [first, last] = [range.dataset.first, range.dataset.last].map((at) => month.format(new Date(at * 1000)));
    range.textContent = first === last ? ` · ${first}` : ` · ${first} – ${last}`;
  }
  for (const avatar of document.querySelectorAll('.avatar')) {
    // Ids that differ little have hues far apart.
    const hash = [...avatar.dataset.key].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16777619), 2166136261);
    avatar.style.setProperty('--hue', (hash >>> 8) % 360);
  }
  const filter = document.getElementById('filter');
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const entry of document.querySelectorAll('#list > li')) {
      const has = entry.querySelector('.name').textContent.toLowerCase().includes(wanted);
      entry.hidden = !has;
      shown += has;
    }
    document.getElementById('none').hidden = shown > 0;
  });
})();
