// Makes the pages better where scripts run; every one of them works without.
(() => {
  const menu = document.querySelector('details.menu');
  const narrow = window.matchMedia('(max-width: 60rem)');
  const fold = () => {
    if (menu !== null) menu.open = !narrow.matches;
  };
  narrow.addEventListener('change', fold);
  fold();

  for (const element of document.querySelectorAll('[data-needs-script]')) element.hidden = false;

  // A check box that checks all of a name in its form, and shows when some of them are checked.
  for (const all of document.querySelectorAll('input[data-check-all]')) {
    const others = () => [...all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`)];
    const show = () => {
      const checked = others().filter((box) => box.checked).length;
      all.checked = checked > 0 && checked === others().length;
      all.indeterminate = checked > 0 && !all.checked;
    };
    all.addEventListener('change', () => {
      for (const box of others()) box.checked = all.checked;
    });
    all.form.addEventListener('change', (event) => {
      if (event.target !== all) show();
    });
    show();
  }

  // A button that copies the text of another element.
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const label = button.textContent;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = label;
      }, 2_000);
    });
  }

  // Parts of the page that are asked for again every few milliseconds, until the answer does not want that any more.
  const parts = () => [...document.querySelectorAll('[data-refresh][id]')];
  const wait = () => {
    const soonest = Math.min(...parts().map((part) => Number(part.dataset.refresh)));
    if (Number.isFinite(soonest)) setTimeout(refresh, soonest);
  };

  function renew(part, fresh) {
    // The element itself stays, and with it what a screen reader listens to. Nobody who works in it is disturbed.
    const busy = part.contains(document.activeElement);
    if (!busy && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.refresh !== undefined) part.dataset.refresh = fresh.dataset.refresh;
    else if (!busy) delete part.dataset.refresh;
  }

  async function refresh() {
    if (document.hidden) return wait();
    try {
      const answer = await fetch(location.href, { headers: { 'x-console-refresh': '1' } });
      if (!answer.ok || answer.redirected) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const part of parts()) {
        const fresh = page.getElementById(part.id);
        if (fresh === null) part.remove();
        else renew(part, fresh);
      }
    } catch {
      // Local Okta is not there just now.
    }
    wait();
  }
  wait();

  // A list whose newer entries are asked for every few milliseconds and put on top; a button stops and resumes it.
  const LONGEST = 500;
  async function follow(list) {
    const again = () => setTimeout(() => follow(list), Number(list.dataset.follow));
    if (document.hidden || list.dataset.paused !== undefined) return again();
    const address = new URL(location.href);
    address.searchParams.set('newer', list.dataset.newest);
    try {
      const answer = await fetch(address, { headers: { 'x-console-refresh': '1' } });
      if (answer.redirected) return location.reload();
      if (!answer.ok) return again();
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(list.id);
      if (fresh === null || fresh.children.length === 0) return again();
      list.dataset.newest = fresh.dataset.newest;
      list.prepend(...fresh.children);
      while (list.children.length > LONGEST) list.lastElementChild.remove();
      document.getElementById(`no-${list.id}`)?.remove();
    } catch {
      // Local Okta is away for a moment.
    }
    again();
  }
  for (const list of document.querySelectorAll('[data-follow][id]')) {
    setTimeout(() => follow(list), Number(list.dataset.follow));
  }
  for (const button of document.querySelectorAll('button[data-pause]')) {
    button.addEventListener('click', () => {
      const { dataset } = document.getElementById(button.dataset.pause);
      const pausing = dataset.paused === undefined;
      if (pausing) dataset.paused = '';
      else delete dataset.paused;
      button.textContent = pausing ? 'Resume' : 'Pause';
    });
  }
})();
