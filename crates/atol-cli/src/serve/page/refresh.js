(() => {
  'use strict';
  const every = Number(document.documentElement.dataset.refresh) * 1000;
  const offline = document.getElementById('offline');
  let last = Date.now();
  let busy = false;

  const isReading = () => {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed;
  };

  const swap = (fresh) => {
    // A proxy answers in its own words when the server behind it is gone.
    if (fresh.getElementById('as-of') === null) throw new Error('not a page of this server');
    const focused = document.activeElement?.closest('[data-live] [href], [data-live] summary');
    const href = focused?.getAttribute('href');
    for (const old of document.querySelectorAll('[data-live]')) {
      const next = fresh.getElementById(old.id);
      if (next === null) continue;
      old.querySelectorAll('details[open]').forEach((one, index) => {
        const same = one.id ? next.querySelector('#' + one.id) : next.querySelectorAll('details')[index];
        if (same) same.open = true;
      });
      if (next.outerHTML !== old.outerHTML) old.replaceWith(document.importNode(next, true));
    }
    document.title = fresh.title;
    const icon = fresh.getElementById('icon');
    if (icon) document.getElementById('icon').href = icon.href;
    if (href && !focused.isConnected) {
      for (const one of document.querySelectorAll('[data-live] [href]')) {
        if (one.getAttribute('href') === href) { one.focus({ preventScroll: true }); break; }
      }
    }
  };

  const refresh = async () => {
    if (busy || document.hidden || isReading()) return;
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(20000) });
      swap(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    } finally {
      busy = false;
    }
  };

  setInterval(refresh, every);
  document.addEventListener('visibilitychange', () => { if (Date.now() - last > every) refresh(); });
})();
