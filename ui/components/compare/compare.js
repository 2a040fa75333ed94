// Two photos of one spot, held against each other. See compare_view.py for what `data` holds.
const GAINED = "#E66100", LOST = "#1A85FF";
const BLINK_MS = 800, MOST_ZOOM = 8, SVG = "http://www.w3.org/2000/svg";
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".compare");
  const find = (selector) => root.querySelector(selector);
  const all = (selector) => [...root.querySelectorAll(selector)];
  const words = data.words;
  // Kept over runs of the page: a new pair of photos keeps the way of looking, not the zoom.
  const state = (root.state ??= { way: "slider", outline: true, zoom: 1, x: 0, y: 0, pair: "" });
  if (state.pair !== data.pair) Object.assign(state, { pair: data.pair, zoom: 1, x: 0, y: 0 });
  const quit = new AbortController();
  const on = (target, kind, act, more = {}) =>
    target.addEventListener(kind, act, { signal: quit.signal, ...more });
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const range = find("input"), stages = all(".stage");
  let timer = 0, showsLater = true, playing = !calm.matches;

  // --- what is drawn -------------------------------------------------------
  const outlinePath = (outlines) =>
    outlines.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`).join("");

  function fill(sheet, side) {
    const picture = document.createElement("img");
    picture.src = side.src;
    picture.alt = side.alt;
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 1 1");
    drawing.setAttribute("aria-hidden", "true");
    for (const kind of ["casing", "line"]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      path.setAttribute("d", outlinePath(side.outlines));
      drawing.append(path);
    }
    sheet.replaceChildren(picture, drawing);
  }
  if (root.drawn !== data.stamp) {
    fill(find(".one .earlier .sheet"), data.earlier);
    fill(find(".one .later .sheet"), data.later);
    fill(find(".two .later .sheet"), data.later);
    root.drawn = data.stamp;
  }

  function hatched(colour, turned) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 16;
    const pen = tile.getContext("2d");
    pen.fillStyle = `${colour}66`;
    pen.fillRect(0, 0, 16, 16);
    pen.strokeStyle = colour;
    pen.lineWidth = 4;
    for (const shift of [-16, 0, 16]) {
      pen.moveTo(turned ? 16 - shift : shift, 0);
      pen.lineTo(turned ? -shift : shift + 16, 16);
    }
    pen.stroke();
    return tile;
  }

  // What one outline covers and the other does not: laid on, then the other cut out of it.
  function part(covers, cut, tile) {
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = 900;
    const pen = sheet.getContext("2d");
    pen.fillStyle = pen.createPattern(tile, "repeat");
    const path = (outlines) => {
      const drawn = new Path2D();
      const large = new DOMMatrix().scale(900);
      drawn.addPath(new Path2D(outlinePath(outlines)), large);
      return drawn;
    };
    pen.fill(path(covers));
    pen.globalCompositeOperation = "destination-out";
    pen.fillStyle = "#000";
    pen.fill(path(cut));
    return sheet;
  }

  function overlay(way) {
    all(".overlay").forEach((old) => old.remove());
    const sheet = find(".one .later .sheet");
    const put = (element) => {
      element.classList.add("overlay");
      sheet.insertBefore(element, sheet.querySelector("svg"));
    };
    if (way === "growth") {
      put(part(data.later.outlines, data.earlier.outlines, hatched(GAINED, false)));
      put(part(data.earlier.outlines, data.later.outlines, hatched(LOST, true)));
      const both = document.createElementNS(SVG, "svg");
      both.setAttribute("viewBox", "0 0 1 1");
      for (const kind of ["casing", "line"]) {
        const path = document.createElementNS(SVG, "path");
        path.setAttribute("class", kind);
        path.setAttribute("style", kind === "line" ? "stroke:#fff;stroke-dasharray:none" : "");
        path.setAttribute("d", outlinePath(data.earlier.outlines));
        both.append(path);
      }
      put(both);
    }
    if (way === "difference" && data.difference) {
      const picture = document.createElement("img");
      picture.src = data.difference.src;
      picture.alt = words.difference_alt;
      put(picture);
    }
  }

  function legend(way) {
    const box = find(".legend");
    box.replaceChildren();
    const entry = (mark, text) => {
      const line = document.createElement("span");
      line.append(mark, text);
      box.append(line);
    };
    const key = (name) => Object.assign(document.createElement("i"), { className: name });
    if (way === "growth") {
      entry(hatched(GAINED, false), words.gained);
      entry(hatched(LOST, true), words.lost);
    } else if (way === "difference" && data.difference) {
      const ramp = Object.assign(document.createElement("i"), { className: "ramp" });
      ramp.style.background = data.difference.ramp;
      entry(ramp, data.difference.legend);
    } else if (state.outline && way !== "blink") {
      entry(key("key"), words.outline_earlier);
      entry(key("key dashed"), words.outline_later);
    }
    box.hidden = !box.childElementCount;
  }

  // --- ways of looking -----------------------------------------------------
  const whyNot = (way) => (data.ways.find((each) => each.name === way) || {}).why_not || "";
  const usable = (way) => data.ways.some((each) => each.name === way && !each.why_not);

  function wayButtons() {
    const box = find(".ways");
    box.setAttribute("aria-label", words.ways);
    box.replaceChildren(...data.ways.map((way) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "tool";
      button.setAttribute("role", "radio");
      button.dataset.way = way.name;
      button.textContent = way.label;
      button.title = way.why_not || "";
      button.setAttribute("aria-disabled", String(Boolean(way.why_not)));
      if (way.why_not) button.style.opacity = ".55";
      on(button, "click", () => choose(way.name));
      return button;
    }));
    on(box, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const names = data.ways.map((each) => each.name).filter(usable);
      choose(names.at((names.indexOf(shown()) + step + names.length) % names.length), true);
    });
  }

  const shown = () => (usable(state.way) ? state.way : data.aligned ? "slider" : "side");

  function choose(way, focus = false) {
    if (!usable(way)) {
      find(".note").textContent = whyNot(way);
      return;
    }
    state.way = way;
    if (way === "difference" && !data.difference) setStateValue("difference_of", data.pair);
    draw();
    if (focus) find(`[data-way="${way}"]`).focus();
  }

  function draw() {
    const way = shown();
    root.dataset.way = way;
    root.classList.toggle("bare", !state.outline);
    for (const button of all(".ways .tool")) {
      const chosen = button.dataset.way === way;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    const outline = find(".tool.outline");
    outline.setAttribute("aria-pressed", String(state.outline));
    overlay(way);
    legend(way);
    find(".note").textContent = way === "difference" && !data.difference ? words.computing
      : way === "side" && !data.aligned ? "" : data.note[way] || "";
    const [first, second] = [find(".one .left"), find(".one .right")];
    first.textContent = { slider: data.earlier.label, side: data.earlier.label }[way] || data.later.label;
    second.textContent = data.later.label;
    find(".two .left").textContent = data.later.label;
    blink(way === "blink");
    edge();
    zoomed();
  }

  function edge() {
    const way = shown(), later = find(".one .later"), place = clamp(Number(range.value), 0, 100);
    later.style.clipPath = way === "slider" ? `inset(0 0 0 ${place}%)` : "none";
    later.style.visibility = way === "side" || (way === "blink" && !showsLater) ? "hidden" : "visible";
    find(".edge").style.left = `${place}%`;
    range.setAttribute("aria-valuetext", words.range_value.replace("{share}", String(100 - place)));
  }

  function blink(wanted) {
    window.clearInterval(timer);
    timer = 0;
    const play = find(".play");
    play.hidden = calm.matches;
    play.textContent = playing ? words.pause : words.play;
    if (!wanted) {
      showsLater = true;
      return;
    }
    find(".one .left").textContent = showsLater ? data.later.label : data.earlier.label;
    if (playing && !calm.matches) timer = window.setInterval(swap, BLINK_MS);
  }

  function swap() {
    showsLater = !showsLater;
    find(".one .left").textContent = showsLater ? data.later.label : data.earlier.label;
    edge();
  }

  // --- zoom: one for both pictures -----------------------------------------
  function zoomed() {
    state.zoom = clamp(state.zoom, 1, MOST_ZOOM);
    state.x = clamp(state.x, 1 - state.zoom, 0);
    state.y = clamp(state.y, 1 - state.zoom, 0);
    for (const sheet of all(".sheet")) {
      sheet.style.transform = `translate(${100 * state.x}%, ${100 * state.y}%) scale(${state.zoom})`;
    }
    root.classList.toggle("near", state.zoom > 1);
    find(".whole").textContent = `${Math.round(100 * state.zoom)} %`;
    find(".smaller").disabled = state.zoom <= 1;
    find(".larger").disabled = state.zoom >= MOST_ZOOM;
    rules();
  }

  function zoomAbout(factor, x, y) {
    const before = state.zoom;
    state.zoom = clamp(before * factor, 1, MOST_ZOOM);
    const grown = state.zoom / before;
    state.x = x - (x - state.x) * grown;
    state.y = y - (y - state.y) * grown;
    zoomed();
  }

  function rules() {
    for (const stage of stages) {
      const rule = stage.querySelector(".rule");
      const two = stage.classList.contains("two");
      const width = (two ? data.later : data.earlier).mm_per_side;
      rule.hidden = !width;
      if (!width) continue;
      const seen = width / state.zoom;
      const length = [0.2, 0.5, 1, 2, 5, 10, 20, 50].filter((mm) => mm < 0.34 * seen).at(-1) || 0.1;
      rule.querySelector("i").style.width = `${(100 * length) / seen}cqw`;
      rule.querySelector("b").textContent = `${length} mm`;
    }
  }

  // --- pointer, touch and keys ---------------------------------------------
  const touching = new Map();
  const share = (stage, event) => {
    const box = stage.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  let pulls = "";
  for (const stage of stages) {
    stage.style.containerType = "inline-size";
    on(stage, "pointerdown", (event) => {
      if (event.button) return;
      touching.set(event.pointerId, share(stage, event));
      const [x] = share(stage, event);
      const close = Math.abs(x - Number(range.value) / 100) < 0.08;
      pulls = shown() === "slider" && (state.zoom === 1 || close) ? "edge" : "sheet";
      if (pulls === "edge") pullEdge(x);
      if (event.pointerType === "mouse" || state.zoom > 1) stage.setPointerCapture(event.pointerId);
    });
    on(stage, "pointermove", (event) => {
      const before = touching.get(event.pointerId);
      if (!before) return;
      const now = share(stage, event);
      touching.set(event.pointerId, now);
      const others = [...touching.entries()].filter(([id]) => id !== event.pointerId);
      if (others.length) {
        const [, [ox, oy]] = others[0];
        const apart = ([x, y]) => Math.hypot(x - ox, y - oy) || 1e-3;
        zoomAbout(apart(now) / apart(before), (now[0] + ox) / 2, (now[1] + oy) / 2);
      } else if (pulls === "edge") {
        pullEdge(now[0]);
      } else if (state.zoom > 1) {
        state.x += now[0] - before[0];
        state.y += now[1] - before[1];
        zoomed();
      }
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      on(stage, end, (event) => touching.delete(event.pointerId));
    }
    on(stage, "dblclick", (event) => {
      if (state.zoom > 1) keys["0"]();
      else zoomAbout(2.5, ...share(stage, event));
    });
    on(stage, "wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;  // a plain wheel scrolls the page
      event.preventDefault();
      zoomAbout(Math.exp(-event.deltaY / 200), ...share(stage, event));
    }, { passive: false });
    on(stage, "keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }
  function pullEdge(x) {
    range.value = String(Math.round(100 * clamp(x, 0, 1)));
    edge();
  }
  const move = (dx, dy) => {
    if (state.zoom > 1) {
      state.x += dx;
      state.y += dy;
      zoomed();
    } else if (shown() === "slider" && dx) {
      pullEdge(Number(range.value) / 100 - dx / 5);
    }
  };
  const keys = {
    "+": () => zoomAbout(1.5, 0.5, 0.5), "=": () => zoomAbout(1.5, 0.5, 0.5),
    "-": () => zoomAbout(1 / 1.5, 0.5, 0.5), "0": () => zoomAbout(0.01, 0.5, 0.5),
    ArrowLeft: () => move(0.1, 0), ArrowRight: () => move(-0.1, 0),
    ArrowUp: () => move(0, 0.1), ArrowDown: () => move(0, -0.1),
    " ": () => (shown() === "blink" ? swap() : 0), o: toggleOutline,
  };
  function toggleOutline() {
    state.outline = !state.outline;
    draw();
  }
  on(range, "input", edge);
  on(find(".larger"), "click", keys["+"]);
  on(find(".smaller"), "click", keys["-"]);
  on(find(".whole"), "click", keys["0"]);
  on(find(".outline"), "click", toggleOutline);
  on(find(".play"), "click", () => { playing = !playing; draw(); });
  on(find(".swap"), "click", () => { playing = false; draw(); swap(); });
  on(calm, "change", () => { playing = !calm.matches; draw(); });

  // --- names ---------------------------------------------------------------
  find(".tool.outline").textContent = words.outline;
  find(".swap").textContent = words.swap;
  find(".zoom").setAttribute("aria-label", words.zoom);
  find(".smaller").setAttribute("aria-label", words.smaller);
  find(".larger").setAttribute("aria-label", words.larger);
  find(".whole").setAttribute("aria-label", words.whole);
  range.setAttribute("aria-label", words.range);
  for (const stage of stages) stage.setAttribute("aria-label", words.stage);
  wayButtons();
  draw();
  return () => {
    window.clearInterval(timer);
    quit.abort();
  };
}
