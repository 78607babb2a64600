'use strict';
// What can be switched on the page. It is whole without: then all labels are shown, and bars are in their first order.
addEventListener('error', event => { document.documentElement.dataset.error = event.message; });
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const large = document.getElementById('large');
  const views = all('.shot .stack');
  let open = 0;

  // Labels over image

  const mixes = all('.mix');
  const mix = value => {
    document.documentElement.style.setProperty('--mix', value / 100);
    mixes.forEach(each => { each.value = value; });
  };
  mixes.forEach(each => each.addEventListener('input', () => mix(each.value)));
  if (mixes.length) mix(mixes[0].value);

  // Labels switched off: transparent in the table (tRNS) that each label map has, whose checksum is taken anew

  const checksums = Uint32Array.from({ length: 256 }, (_, value) => {
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  const checksum = bytes => {
    let sum = 0xffffffff;
    for (const byte of bytes) sum = checksums[(sum ^ byte) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
  };
  const start = 'data:image/png;base64,';
  const bytesOf = image => Uint8Array.from(atob(image.src.slice(start.length)), letter => letter.charCodeAt(0));
  const addressOf = bytes => {
    let letters = '';
    for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return start + btoa(letters);
  };
  const placeOf = (bytes, kind) => {
    const view = new DataView(bytes.buffer);
    for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
      if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === kind) return at;
    }
    throw new Error(`a label map has no ${kind}`);
  };
  const maps = views.map(view => {
    const image = view.querySelector('.labels');
    const bytes = bytesOf(image);
    return { image, bytes, place: placeOf(bytes, 'tRNS') };
  });
  const boxes = all('.legend input');
  const redraw = () => {
    const whole = boxes.every(box => box.checked);
    const alphas = new Uint8Array(256).fill(whole ? 255 : 0); // labels without a place of their own go with all
    boxes.forEach(box => { alphas[box.dataset.at] = box.checked ? 255 : 0; });
    for (const { image, bytes, place } of maps) {
      bytes.set(alphas, place + 8);
      new DataView(bytes.buffer).setUint32(place + 8 + 256, checksum(bytes.subarray(place + 4, place + 8 + 256)));
      image.src = addressOf(bytes);
    }
    if (large && large.open) show(open);
  };
  let asked = 0;
  const soon = () => { cancelAnimationFrame(asked); asked = requestAnimationFrame(redraw); };
  boxes.forEach(box => box.addEventListener('change', soon));
  all('.only').forEach(button => button.addEventListener('click', () => {
    const alone = boxes.every(box => box.checked === (box.dataset.at === button.dataset.at));
    boxes.forEach(box => { box.checked = alone || box.dataset.at === button.dataset.at; });
    soon();
  }));
  all('.all').forEach(button => button.addEventListener('click', () => {
    boxes.forEach(box => { box.checked = button.dataset.on !== ''; });
    soon();
  }));

  // One frame, large

  const show = at => {
    open = (at + views.length) % views.length;
    for (const part of ['photo', 'labels']) {
      const image = views[open].querySelector(`.${part}`);
      const other = large.querySelector(`.${part}`);
      other.hidden = !image;
      if (image) other.src = image.src;
    }
    large.querySelector('.said').textContent = views[open].parentElement.querySelector('figcaption').textContent;
  };
  views.forEach((view, at) => view.addEventListener('click', () => { show(at); large.showModal(); }));
  if (large) {
    all('.step', large).forEach(button => button.addEventListener('click', () => show(open + +button.dataset.step)));
    large.addEventListener('keydown', event => {
      if (event.target.type === 'range') return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) { show(open + step); event.preventDefault(); }
    });
    large.addEventListener('click', event => { if (event.target === large) large.close(); });
    large.addEventListener('close', () => views[open].focus());
  }

  // Classes in another order, or by the logarithm

  const rows = document.querySelector('.classes tbody');
  const name = row => row.querySelector('.name').textContent;
  const orders = {
    pixels: (one, other) => other.dataset.pixels - one.dataset.pixels,
    images: (one, other) => other.dataset.images - one.dataset.images || orders.pixels(one, other),
    name: (one, other) => name(one).localeCompare(name(other)),
    set: (one, other) => one.dataset.set - other.dataset.set,
  };
  const order = document.getElementById('order');
  order.addEventListener('change', () => rows.append(...[...rows.children].sort(orders[order.value])));
  const log = document.getElementById('log');
  const scale = () => rows.classList.toggle('log', log.checked);
  log.addEventListener('change', scale);
  scale(); // a browser that goes back keeps what was ticked

  document.documentElement.dataset.ready = 'yes';
})();
