"""Two pictures of one lesion, under a slider.

An inline component: its HTML, CSS and script are constants of this file, and the pictures travel as
`data:` addresses, so that nothing is fetched from anywhere. streamlit-image-comparison was not
taken because it loads its script from a content network.
"""

from __future__ import annotations

import base64
from typing import Any

import streamlit as st

_HTML = """
<figure class="compare">
  <div class="stage">
    <img class="earlier" alt="">
    <img class="later" alt="">
    <div class="edge" aria-hidden="true"></div>
    <span class="tag left"></span><span class="tag right"></span>
  </div>
  <input type="range" min="0" max="100" value="50" aria-label="">
</figure>
"""

_CSS = """
.compare { margin: 0; max-width: 44rem; }
.stage { position: relative; overflow: hidden; border-radius: 10px; line-height: 0;
  background: var(--st-secondary-background-color); }
.stage img { width: 100%; display: block; }
.stage .later { position: absolute; inset: 0; height: 100%; object-fit: cover;
  clip-path: inset(0 0 0 50%); }
.edge { position: absolute; top: 0; bottom: 0; left: 50%; width: 2px; margin-left: -1px;
  background: #fff; box-shadow: 0 0 0 1px rgba(0,0,0,.55); pointer-events: none; }
.tag { position: absolute; top: .6rem; padding: .3rem .55rem; border-radius: 6px; color: #fff;
  background: rgba(12,18,21,.78); font: 600 .82rem/1.1 var(--st-font); }
.tag.left { left: .6rem; } .tag.right { right: .6rem; }
input { width: 100%; margin: .7rem 0 0; accent-color: var(--st-primary-color); height: 1.75rem; }
input:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
"""

_JS = """
export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const earlier = find('.earlier'), later = find('.later'), range = find('input');
  earlier.src = data.earlier; earlier.alt = data.earlier_label;
  later.src = data.later; later.alt = data.later_label;
  find('.left').textContent = data.earlier_label;
  find('.right').textContent = data.later_label;
  range.setAttribute('aria-label', data.range_label);
  const place = () => {
    later.style.clipPath = `inset(0 0 0 ${range.value}%)`;
    find('.edge').style.left = `${range.value}%`;
  };
  range.addEventListener('input', place);
  const stage = find('.stage');
  const drag = (event) => {
    if (event.buttons !== 1) return;
    const box = stage.getBoundingClientRect();
    range.value = String(Math.max(0, Math.min(100, (event.clientX - box.left) / box.width * 100)));
    place();
  };
  stage.addEventListener('pointerdown', drag);
  stage.addEventListener('pointermove', drag);
  place();
  return () => {
    range.removeEventListener('input', place);
    stage.removeEventListener('pointerdown', drag);
    stage.removeEventListener('pointermove', drag);
  };
}
"""


def data_address(picture: bytes) -> str:
    """A `data:` address of PNG or JPEG bytes."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def slider(earlier: bytes, later: bytes, *, earlier_label: str, later_label: str, key: str) -> None:
    """Draw `later` over `earlier` (same frame, PNG or JPEG bytes) with a movable edge."""
    mount: Any = st.components.v2.component(
        "moletrail_compare", html=_HTML, css=_CSS, js=_JS, isolate_styles=True
    )
    mount(
        key=key,
        data={
            "earlier": data_address(earlier),
            "later": data_address(later),
            "earlier_label": earlier_label,
            "later_label": later_label,
            "range_label": f"How much of {later_label} covers {earlier_label}",
        },
    )
