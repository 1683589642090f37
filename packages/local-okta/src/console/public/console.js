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

  // A part of the page that is asked for again every few milliseconds, until the answer does not want that any more.
  async function refresh(id) {
    const part = document.getElementById(id);
    if (part?.dataset.refresh === undefined) return;
    const again = () => setTimeout(() => refresh(id), Number(part.dataset.refresh));
    // Nobody looks, or somebody works in it.
    if (document.hidden || part.contains(document.activeElement)) return again();
    let fresh;
    try {
      const answer = await fetch(location.href, { headers: { 'x-console-refresh': '1' } });
      if (!answer.ok || answer.redirected) return again();
      fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
    } catch {
      return again();
    }
    if (fresh === null) return location.reload();
    if (part.contains(document.activeElement)) return again();
    // The element stays, and with it what a screen reader listens to.
    if (fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.refresh === undefined) {
      delete part.dataset.refresh;
      if (part.dataset.reloadAtEnd !== undefined) location.reload();
      return;
    }
    part.dataset.refresh = fresh.dataset.refresh;
    setTimeout(() => refresh(id), Number(part.dataset.refresh));
  }
  for (const part of document.querySelectorAll('[data-refresh][id]')) {
    setTimeout(() => refresh(part.id), Number(part.dataset.refresh));
  }
})();
