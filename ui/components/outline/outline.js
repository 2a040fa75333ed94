// Correcting the outline of a spot on its photo: brush, box or one click. Strokes are kept in pixels
// of the upright photo; the server paints them once more, exactly.
const FILL = [0, 136, 204, 255], LINE = "#fff", OWN_LINE = "#FFD166";
const VEIL = 0.16, LINE_PX = 1.7;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".outline");
  const find = (selector) => root.querySelector(selector);
  const words = data.words, stage = find(".stage"), sheet = find(".sheet");
  const picture = find("img"), canvas = find(".mask");
  const solid = (root.solid ??= document.createElement("canvas")), pen = solid.getContext("2d");
  const state = (root.state ??= { tool: "add", view: null, strokes: [], start: null, cursor: null });
  const fresh = state.stamp !== data.stamp;
  if (fresh) Object.assign(state, { stamp: data.stamp, strokes: [], undone: [], busy: false });
  const quit = new AbortController();
  const on = (target, kind, act, more = {}) =>
    target.addEventListener(kind, act, { signal: quit.signal, ...more });
  const factor = data.picture.width / data.photo.width;  // picture pixels in a photo pixel
  const size = find(".size input");
  const say = (text) => { find(".note").textContent = text; };

  // --- mask ------------------------------------------------------------------
  async function covered(mask) {
    const target = document.createElement("canvas");
    target.width = data.picture.width;
    target.height = data.picture.height;
    if (!mask) return target;
    const image = new Image();
    image.src = mask.src;
    await image.decode();
    const sheetOf = target.getContext("2d", { willReadFrequently: true });
    const [x, y, w, h] = mask.box.map((value) => value * factor);
    sheetOf.drawImage(image, x, y, w, h);
    const all = sheetOf.getImageData(0, 0, target.width, target.height);
    for (let at = 0; at < all.data.length; at += 4) {
      const inside = all.data[at] > 127 && all.data[at + 3] > 127;
      all.data.set(inside ? FILL : [0, 0, 0, 0], at);
    }
    sheetOf.putImageData(all, 0, 0);
    return target;
  }

  function stroke(one) {
    const line = new Path2D();
    const points = one.points.map(([x, y]) => [x * factor, y * factor]);
    line.moveTo(...points[0]);
    for (const point of points.slice(1)) line.lineTo(...point);
    if (points.length === 1) line.lineTo(points[0][0] + 0.01, points[0][1]);
    pen.lineCap = pen.lineJoin = "round";
    pen.lineWidth = 2 * one.radius * factor;
    pen.globalCompositeOperation = one.adds ? "source-over" : "destination-out";
    pen.strokeStyle = `rgb(${FILL.slice(0, 3)})`;
    pen.stroke(line);
  }

  // A line of even width on the screen around what is covered.
  function lined(target, source, colour) {
    if (target.width !== source.width || target.height !== source.height) {
      target.width = source.width;
      target.height = source.height;
    }
    const brush = target.getContext("2d");
    const wide = LINE_PX / (state.view?.zoom ?? 1);
    brush.globalCompositeOperation = "source-over";
    brush.globalAlpha = 1;
    brush.clearRect(0, 0, target.width, target.height);
    for (let turn = 0; turn < 8; turn += 1) {
      brush.drawImage(source, wide * Math.cos((turn * Math.PI) / 4), wide * Math.sin((turn * Math.PI) / 4));
    }
    brush.globalCompositeOperation = "destination-out";
    brush.drawImage(source, 0, 0);
    brush.globalCompositeOperation = "source-in";
    brush.fillStyle = colour;
    brush.fillRect(0, 0, target.width, target.height);
  }

  // The line, and a thin veil: the spot under it has to stay visible.
  function show() {
    lined(canvas, solid, LINE);
    if (root.own && root.classList.contains("compares")) lined(find(".own"), root.own, OWN_LINE);
    const veil = find(".veil"), brush = veil.getContext("2d");
    [veil.width, veil.height] = [solid.width, solid.height];
    brush.globalAlpha = VEIL;
    brush.drawImage(solid, 0, 0);
  }

  function paint(unfinished) {
    pen.globalCompositeOperation = "source-over";
    pen.clearRect(0, 0, solid.width, solid.height);
    if (state.base) pen.drawImage(state.base, 0, 0);
    state.strokes.forEach(stroke);
    if (unfinished) stroke(unfinished);
    show();
    find(".undo").disabled = !state.strokes.length;
    find(".again").disabled = !state.undone.length;
    find(".save").disabled = state.busy || (!state.strokes.length && !data.unsaved);
  }

  async function load() {
    picture.src = data.picture.src;
    state.base = await covered(data.mask);
    root.own = data.original ? await covered(data.original) : null;
    solid.width = data.picture.width;
    solid.height = data.picture.height;
    paint();
    if (!state.view) look(data.around);
    else place();
    root.dataset.ready = data.stamp;
  }

  // --- what is seen: `view` is the top left corner in picture pixels, and screen pixels in one ----
  function look([x, y, w, h]) {
    const box = stage.getBoundingClientRect();
    const zoom = Math.min(box.width / (w * factor), box.height / (h * factor));
    state.view = { zoom, x: (x + w / 2) * factor - box.width / zoom / 2, y: (y + h / 2) * factor - box.height / zoom / 2 };
    place();
  }
  const least = () => {
    const box = stage.getBoundingClientRect();
    return Math.min(box.width / data.picture.width, box.height / data.picture.height);
  };
  function place() {
    const box = stage.getBoundingClientRect(), view = state.view;
    view.zoom = clamp(view.zoom, least(), 12);
    const roomX = data.picture.width - box.width / view.zoom, roomY = data.picture.height - box.height / view.zoom;
    view.x = roomX > 0 ? clamp(view.x, 0, roomX) : roomX / 2;
    view.y = roomY > 0 ? clamp(view.y, 0, roomY) : roomY / 2;
    Object.assign(sheet.style, {
      width: `${data.picture.width}px`, height: `${data.picture.height}px`,
      transform: `scale(${view.zoom}) translate(${-view.x}px, ${-view.y}px)`,
    });
    if (view.shown !== view.zoom) {
      view.shown = view.zoom;
      show();
    }
    cursor();
  }
  function zoomAbout(times, x, y) {
    const view = state.view, before = view.zoom;
    view.zoom = clamp(before * times, least(), 12);
    view.x += x / before - x / view.zoom;
    view.y += y / before - y / view.zoom;
    place();
  }
  const middle = () => [stage.clientWidth / 2, stage.clientHeight / 2];
  const onStage = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onPhoto = ([x, y]) => [
    clamp((state.view.x + x / state.view.zoom) / factor, 0, data.photo.width - 1e-3),
    clamp((state.view.y + y / state.view.zoom) / factor, 0, data.photo.height - 1e-3),
  ];
  // The brush goes by the screen, so that coming closer makes it finer.
  const radius = () => Number(size.value) / state.view.zoom / factor;
  const brushes = () => state.tool === "add" || state.tool === "erase";

  function cursor() {
    const ring = find(".cursor");
    ring.hidden = !state.cursor || state.tool === "move" || (state.tool !== "click" && !brushes() && !state.byKeys);
    if (ring.hidden) return;
    const wide = brushes() ? 2 * Number(size.value) : 14;
    Object.assign(ring.style, { left: `${state.cursor[0]}px`, top: `${state.cursor[1]}px`, width: `${wide}px`, height: `${wide}px` });
  }

  // --- tools -----------------------------------------------------------------
  function tools() {
    const box = find(".tools");
    box.setAttribute("aria-label", words.tools);
    const names = ["add", "erase", "box", "click", "move"];
    box.replaceChildren(...names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "tool";
      button.dataset.tool = name;
      button.setAttribute("role", "radio");
      button.textContent = words[name];
      on(button, "click", () => choose(name));
      return button;
    }));
    on(box, "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(names.at((names.indexOf(state.tool) + step + names.length) % names.length));
      find(`[data-tool="${state.tool}"]`).focus();
    });
  }
  function choose(name) {
    state.tool = name;
    stage.dataset.tool = name;
    for (const button of find(".tools").children) {
      button.setAttribute("aria-checked", String(button.dataset.tool === name));
      button.tabIndex = button.dataset.tool === name ? 0 : -1;
    }
    find(".size").hidden = !brushes();
    say(words[`how_${name}`]);
    cursor();
  }
  function ask(kind, value) {
    state.busy = true;
    say(words.looking);
    paint();
    setTriggerValue(kind, value);
  }

  let drag = null;
  const touching = new Map();
  function begin(at) {
    if (brushes()) {
      drag = { points: [onPhoto(at)], radius: radius(), adds: state.tool === "add" };
      paint(drag);
    } else drag = { from: at };
  }
  function go(at, before) {
    if (!drag) return;
    if (drag.points) {
      drag.points.push(onPhoto(at));
      paint(drag);
    } else if (state.tool === "move") {
      state.view.x -= (at[0] - before[0]) / state.view.zoom;
      state.view.y -= (at[1] - before[1]) / state.view.zoom;
      place();
    } else if (state.tool === "box") frame(drag.from, at);
  }
  function end(at) {
    const done = drag;
    drag = null;
    find(".frame").hidden = true;
    if (!done) return;
    if (done.points) {
      state.strokes.push(done);
      state.undone = [];
      paint();
    } else if (state.tool === "box" && at) {
      const [one, other] = [onPhoto(done.from), onPhoto(at)];
      const box = [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1])];
      if (box[2] >= 4 && box[3] >= 4) ask("box", box);
      else say(words.how_box);
    } else if (state.tool === "click" && at) ask("point", onPhoto(at));
  }
  function frame(one, other) {
    const shown = find(".frame");
    shown.hidden = false;
    Object.assign(shown.style, {
      left: `${Math.min(one[0], other[0])}px`, top: `${Math.min(one[1], other[1])}px`,
      width: `${Math.abs(one[0] - other[0])}px`, height: `${Math.abs(one[1] - other[1])}px`,
    });
  }
  on(stage, "pointerdown", (event) => {
    if (event.button || state.busy) return;
    stage.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, onStage(event));
    state.cursor = onStage(event);
    if (touching.size === 1) begin(state.cursor);
    else { drag = null; paint(); }  // a second finger: coming closer, not painting
    cursor();
  });
  on(stage, "pointermove", (event) => {
    state.cursor = onStage(event);
    state.byKeys = false;
    const before = touching.get(event.pointerId);
    if (before) {
      touching.set(event.pointerId, state.cursor);
      const [other] = [...touching.entries()].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      if (other) {
        const apart = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
        zoomAbout(apart(state.cursor) / apart(before), (state.cursor[0] + other[0]) / 2, (state.cursor[1] + other[1]) / 2);
      } else go(state.cursor, before);
    }
    cursor();
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    on(stage, kind, (event) => {
      const was = touching.size;
      touching.delete(event.pointerId);
      if (was === 1) end(kind === "pointerup" ? onStage(event) : null);
    });
  }
  on(stage, "pointerleave", () => { if (!touching.size) { state.cursor = null; cursor(); } });
  on(stage, "wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAbout(Math.exp(-event.deltaY / 200), ...onStage(event));
  }, { passive: false });
  on(stage, "keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const far = event.shiftKey ? 24 : 6;
    if (step) {
      state.byKeys = true;
      const before = state.cursor ?? middle();
      state.cursor = [clamp(before[0] + far * step[0], 0, stage.clientWidth), clamp(before[1] + far * step[1], 0, stage.clientHeight)];
      go(state.cursor, before);
      cursor();
    } else if (event.key === " " || event.key === "Enter") {
      state.cursor ??= middle();
      if (state.busy) return;
      if (drag) end(state.cursor);
      else {
        begin(state.cursor);
        if (state.tool === "click") end(state.cursor);
      }
      cursor();
    } else if (event.key === "+" || event.key === "=") zoomAbout(1.5, ...middle());
    else if (event.key === "-") zoomAbout(1 / 1.5, ...middle());
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  function undo() {
    const last = state.strokes.pop();
    if (last) state.undone.push(last);
    paint();
  }
  on(find(".undo"), "click", undo);
  on(find(".again"), "click", () => {
    const next = state.undone.pop();
    if (next) state.strokes.push(next);
    paint();
  });
  on(size, "input", cursor);
  on(find(".larger"), "click", () => zoomAbout(1.5, ...middle()));
  on(find(".smaller"), "click", () => zoomAbout(1 / 1.5, ...middle()));
  on(find(".whole"), "click", () => look([0, 0, data.photo.width, data.photo.height]));
  on(find(".original"), "click", () => {
    const shown = root.classList.toggle("compares");
    show();
    find(".original").setAttribute("aria-pressed", String(shown));
  });
  on(find(".save"), "click", () => {
    ask("save", { strokes: state.strokes });
    say(words.saving);
  });

  // --- names -----------------------------------------------------------------
  for (const name of ["undo", "again", "whole", "original", "save"]) find(`.${name}`).textContent = words[name];
  find(".original").hidden = !data.original;
  find(".size span").textContent = words.size;
  find(".larger").setAttribute("aria-label", words.larger);
  find(".smaller").setAttribute("aria-label", words.smaller);
  find(".zoom").setAttribute("aria-label", words.zoom);
  stage.setAttribute("aria-label", words.stage);
  tools();
  choose(state.tool);
  if (data.said) say(data.said);
  if (fresh) load();
  else if (state.view) place();
  const watch = new ResizeObserver(() => state.view && place());
  watch.observe(stage);
  return () => {
    watch.disconnect();
    quit.abort();
  };
}
